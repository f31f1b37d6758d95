/** One thread or process with an open model. A slot never heals: one that dies is replaced by another. */
import type { Tensor } from '@slipway/core'
import type { ModelDescription } from './messages.ts'

export interface SlotRun {
  readonly inputs: ReadonlyMap<string, Tensor>
  readonly outputs: readonly string[]
  readonly signal: AbortSignal
}

export interface Slot {
  /** Resolves once it can run; rejects where it cannot be opened, with what dies before. */
  readonly ready: Promise<ModelDescription>
  /** Resolves with the reason once it is dead, but not where it was closed. */
  readonly died: Promise<SlotDeath>
  /** Runs at the same time that it takes. */
  readonly capacity: number
  readonly running: number
  readonly wasmBytes: number
  /** Rejects with a SlotDeath where the slot dies meanwhile. The inputs stay the caller's. */
  run(run: SlotRun): Promise<ReadonlyMap<string, Tensor>>
  /** Ends it at once; runs reject with `reason`. */
  close(reason: Error): Promise<void>
}

/** Why a slot is dead. */
export class SlotDeath extends Error {
  /** True: it was ended because a cancelled run did not stop, which is nobody's fault. */
  readonly isDeliberate: boolean

  constructor(message: string, options: { readonly isDeliberate?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'SlotDeath'
    this.isDeliberate = options.isDeliberate ?? false
  }
}

/**
 * A death that something outside of this project tells of. Clients see why a slot died, and such a text may name files of
 * this machine.
 */
export function deathBy(error: Error): SlotDeath {
  const kind = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return new SlotDeath(`it failed with ${kind}`, { cause: error })
}
