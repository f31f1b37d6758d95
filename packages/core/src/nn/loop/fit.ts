/** Trains a model: epochs of batches, validation, callbacks and checkpoints around one compiled step. */
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import type { CheckpointOptions } from '../checkpoint/checkpoint.ts'
import type { CompileOptions } from '../compile.ts'
import type { Dataset } from '../data/dataset.ts'
import type { AnyModule } from '../module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Callback, Logs } from './callback.ts'
import type { HostBatch } from './means.ts'
import { openSteps } from './steps.ts'
import { trainAll } from './train.ts'

/** The tensors of a batch while they are computed with. */
export type BatchTensors<B> = {
  readonly [K in keyof B]: B[K] extends HostTensor | undefined ? Tensor : never
}

export interface FitOptions<B extends HostBatch>
  extends Pick<CompileOptions, 'threads' | 'deterministic' | 'limits' | 'engine' | 'onCompile'> {
  readonly model: AnyModule
  readonly optimizer: Optimizer
  /**
   * The loss of a batch, and metrics beside it: each one number, the mean over the examples that count. Where the batch
   * has a `mask`, its numbers are their weights.
   */
  readonly loss: (
    batch: BatchTensors<B>,
  ) => Tensor | ({ readonly loss: Tensor } & Readonly<Record<string, Tensor>>)
  readonly data: Dataset<B>
  /** Gone over after each epoch, with the model in the mode of evaluation. */
  readonly validation?: Dataset<B>
  /** Passes over the data in all, those of the checkpoint that it goes on from included. 1 unless given. */
  readonly epochs?: number
  /** Ends after so many steps of the optimiser in all. */
  readonly mostSteps?: number
  /**
   * Gradients of so many batches make one step: the one that a batch of all their examples would make, where the loss is
   * a mean. What is left at the end of an epoch makes a step too. 1 unless given.
   */
  readonly accumulate?: number
  readonly callbacks?: readonly Callback[]
  /** Of random numbers such as those of dropout; the order of examples has a seed of its own. 0 unless given. */
  readonly seed?: number
  /** Logs the norm of all gradients as `gradientNorm`, `each` that of each variable too, before they are clipped. */
  readonly gradientNorms?: 'all' | 'each'
  /** One epoch of so many batches, `true` one, and no checkpoint: does it run at all? */
  readonly fastDevRun?: boolean | number
  /** Trains on the first so many batches alone, the same ones in each epoch: can it learn them by heart? */
  readonly overfitBatches?: number
  /** Aborting ends the run after the step that is under way; a checkpoint is saved before. */
  readonly signal?: AbortSignal
  /** Goes on from the newest checkpoint, and saves new ones. */
  readonly checkpoint?: CheckpointOptions
}

export interface FitResult {
  /** Means of each epoch; those of validation begin with `val_`. */
  readonly history: readonly Logs[]
  readonly epochs: number
  readonly steps: number
  /** Why it ended before all epochs were done. */
  readonly stopped: string | undefined
}

/**
 * Trains a model. Forward and backward pass, clipping, optimiser and metrics are one compiled program, whose variables
 * stay in its memory; the model has its values when the promise is fulfilled, and the mode that it had before.
 *
 * @throws SLP-A2 where the loss or a metric is not one number, SLP-B1 where the data have no batches, and what data,
 * callbacks and the checkpoint throw.
 * @example
 * const model = linear(2, 1)
 * const data = fromTensors({
 *   x: await tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).host(),
 *   y: await tensor([[0], [1], [1], [2]]).host(),
 * })
 * const { history } = await fit({
 *   model,
 *   optimizer: adam(model.parameters(), { learningRate: 0.1 }),
 *   loss: ({ x, y }) => mseLoss(model(x), y),
 *   data: data.shuffle().batch(4),
 *   epochs: 100,
 * })
 * [history.at(-1).loss < 0.1] // [true]
 */
export async function fit<B extends HostBatch>(options: FitOptions<B>): Promise<FitResult> {
  const { model, optimizer, loss, accumulate = 1, gradientNorms, seed = 0 } = options
  const { threads, deterministic, limits, engine, onCompile } = options
  const steps = openSteps({
    model,
    optimizer,
    loss: loss as never, // the batches of the data have these tensors
    adds: accumulate > 1,
    gradientNorms,
    seed,
    ...(threads !== undefined && { threads }),
    ...(deterministic !== undefined && { deterministic }),
    ...(limits && { limits }),
    ...(engine && { engine }),
    ...(onCompile && { onCompile }),
  })
  const was = model.training
  try {
    return await trainAll(settingsOf(options), steps)
  } finally {
    await steps.dispose()
    if (was) model.train()
    else model.eval()
  }
}

/** What the loop goes by, with what was not given filled in. */
export interface Settings {
  readonly model: AnyModule
  readonly optimizer: Optimizer
  readonly data: Dataset<HostBatch>
  readonly validation: Dataset<HostBatch> | undefined
  readonly epochs: number
  readonly mostSteps: number
  readonly accumulate: number
  readonly callbacks: readonly Callback[]
  readonly seed: number
  readonly mostBatches: number
  /** The same batches in each epoch. */
  readonly isFixed: boolean
  readonly signal: AbortSignal | undefined
  readonly checkpoint: CheckpointOptions | undefined
}

function settingsOf<B extends HostBatch>(options: FitOptions<B>): Settings {
  const { fastDevRun = false, overfitBatches, epochs = 1, callbacks = [] } = options
  const devBatches = fastDevRun === true ? 1 : fastDevRun === false ? undefined : fastDevRun
  return {
    model: options.model,
    optimizer: options.optimizer,
    data: options.data,
    validation: options.validation,
    epochs: devBatches === undefined ? epochs : 1,
    mostSteps: options.mostSteps ?? Number.POSITIVE_INFINITY,
    accumulate: options.accumulate ?? 1,
    callbacks,
    seed: options.seed ?? 0,
    mostBatches: devBatches ?? overfitBatches ?? Number.POSITIVE_INFINITY,
    isFixed: overfitBatches !== undefined,
    signal: options.signal,
    checkpoint: devBatches === undefined ? options.checkpoint : undefined,
  }
}
