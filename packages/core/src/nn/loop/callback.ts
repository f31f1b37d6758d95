/** What is called while a model is trained, by Keras's names. */
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import type { AnyModule } from '../module.ts'
import type { Optimizer } from '../optim/optimizer.ts'

/** Numbers by name: `loss`, metrics, what the optimiser reports; those of validation begin with `val_`. */
export type Logs = Readonly<Record<string, number>>

/** Where a run is. */
export interface Run {
  readonly model: AnyModule
  readonly optimizer: Optimizer
  /** Epochs that are wanted. */
  readonly epochs: number
  /** Batches of an epoch, where the data know it. */
  readonly batches: number | undefined
  /** Epochs that have ended. */
  readonly epoch: number
  /** Batches of this epoch that have ended. */
  readonly batch: number
  /** Changes of the variables by the optimiser so far. */
  readonly step: number
  /** Examples of this epoch so far, without those that fill up short batches. */
  readonly examples: number
  /** Means over this epoch so far. */
  readonly logs: Logs
  /** One for each epoch that has ended. */
  readonly history: readonly Logs[]
  /** Why it stops; undefined while it goes on. */
  readonly stopped: string | undefined
  /** Ends the run once the step that is under way has ended. */
  stop(reason: string): void
}

/** What a callback remembers, which checkpoints keep: what JSON can say, and tensors. */
export interface CallbackState {
  readonly values: unknown
  readonly tensors?: ReadonlyMap<string, HostTensor>
}

type Hook = (run: Run, logs: Logs) => void | Promise<void>

/** Hooks are waited for, and a run ends with what they throw. */
export interface Callback {
  /** Names its state in checkpoints: one of a kind in a run. */
  readonly name: string
  /** Those with a smaller number are called first; 0 unless given. The order of the list decides among equals. */
  readonly priority?: number
  readonly onTrainBegin?: Hook
  readonly onEpochBegin?: Hook
  readonly onTrainBatchBegin?: Hook
  /** With the numbers of the batch. */
  readonly onTrainBatchEnd?: Hook
  readonly onTestBegin?: Hook
  /** With the means of the validation. */
  readonly onTestEnd?: Hook
  /** With the means of the epoch. */
  readonly onEpochEnd?: Hook
  readonly onTrainEnd?: Hook
  /** Present where a run that goes on must know what there was. */
  state?(): CallbackState
  restore?(state: CallbackState): void
}

export type HookName = {
  [K in keyof Callback]-?: Hook extends NonNullable<Callback[K]> ? K : never
}[keyof Callback]

/** Calls a hook of all callbacks, in the order of their priorities. */
export function emitter(
  callbacks: readonly Callback[],
): (hook: HookName, run: Run, logs: Logs) => Promise<void> {
  const inOrder = [...callbacks].sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0))
  return async (hook, run, logs) => {
    for (const one of inOrder) {
      const called = one[hook]?.(run, logs)
      if (called) await called
    }
  }
}

/**
 * Calls a function after every so many steps.
 *
 * @example
 * const seen = []
 * everySteps(2, ({ step }) => void seen.push(step)).name // 'every 2 steps'
 */
export function everySteps(count: number, call: Hook): Callback {
  let latest = 0
  return {
    name: `every ${count} steps`,
    onTrainBegin: ({ step }) => {
      latest = step
    },
    onTrainBatchEnd: (run, logs) => {
      // Batches whose gradients are only added up make no step.
      if (run.step === latest || run.step % count !== 0) return
      latest = run.step
      return call(run, logs)
    },
  }
}

/** Calls a function at the end of every so many epochs. */
export function everyEpochs(count: number, call: Hook): Callback {
  return {
    name: `every ${count} epochs`,
    onEpochEnd: (run, logs) => ((run.epoch + 1) % count === 0 ? call(run, logs) : undefined),
  }
}
