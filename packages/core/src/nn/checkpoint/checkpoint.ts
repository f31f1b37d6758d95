/** What a run needs to go on as if it had never stopped, and where that is kept. */
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import type { Logs } from '../loop/callback.ts'
import type { MeanState } from '../loop/means.ts'
import type { Calls } from '../loop/steps.ts'

/** The part of a checkpoint that is not tensors. */
export interface Manifest {
  readonly format: 'slipway.checkpoint'
  readonly version: 1
  /** Epochs that had ended. */
  readonly epoch: number
  /** Batches of the next epoch that are done: the position in the data. */
  readonly batch: number
  /** Steps of the optimiser. */
  readonly step: number
  /** Of random numbers, which depend on it and on the numbers of calls. */
  readonly seed: number
  readonly calls: Calls
  /** Of the epoch that was under way. */
  readonly means: MeanState
  readonly history: readonly Logs[]
  /** What callbacks remember, by their names; their tensors are stored apart. */
  readonly callbacks: Readonly<Record<string, unknown>>
  /** The best value so far of what is monitored, and of what. */
  readonly best: { readonly monitor: string; readonly value: number; readonly epoch: number } | undefined
}

export interface Checkpoint {
  readonly manifest: Manifest
  readonly model: ReadonlyMap<string, HostTensor>
  readonly optimizer: ReadonlyMap<string, HostTensor>
  /** Tensors of callbacks, with the callback's name and a slash before theirs. */
  readonly callbacks: ReadonlyMap<string, HostTensor>
}

/** Where checkpoints are kept: a folder in Node (`checkpointFolder`), memory anywhere. */
export interface CheckpointStore {
  save(checkpoint: Checkpoint, options: { readonly isBest: boolean }): Promise<void>
  /** The newest one that is whole. */
  latest(): Promise<Checkpoint | undefined>
  /** The one with the best value. */
  best(): Promise<Checkpoint | undefined>
}

export interface CheckpointOptions {
  readonly store: CheckpointStore
  /** One at the end of every so many epochs; 1 unless given. */
  readonly everyEpochs?: number
  /** One after every so many steps too. */
  readonly everySteps?: number
  /** What decides which is best: `val_loss` with validation, else `loss`, unless given. */
  readonly monitor?: string
  /** `min` unless given. */
  readonly mode?: 'min' | 'max'
  /** False: begins anew whatever there is. */
  readonly resume?: boolean
}

/** Keeps the newest checkpoint and the best one while the program runs. */
export function memoryCheckpoints(): CheckpointStore {
  let latest: Checkpoint | undefined
  let best: Checkpoint | undefined
  return {
    async save(checkpoint, { isBest }) {
      latest = checkpoint
      if (isBest) best = checkpoint
    },
    latest: async () => latest,
    best: async () => best,
  }
}
