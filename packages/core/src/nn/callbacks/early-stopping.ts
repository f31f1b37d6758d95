/** Ends a run that gets no better. */
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import type { Callback } from '../loop/callback.ts'

export interface EarlyStoppingOptions {
  /** A number of the epoch; `val_loss` unless given. */
  readonly monitor?: string
  /** Epochs without anything better before it stops; 0, the first such one, unless given. */
  readonly patience?: number
  /** What is better by no more than this does not count; 0 unless given. */
  readonly minDelta?: number
  /** `min` unless given. */
  readonly mode?: 'min' | 'max'
  /** The model has the variables of its best epoch in the end. False unless given. */
  readonly restoreBest?: boolean
}

/**
 * Stops the run where a number has not become better for some epochs. What it remembers is part of checkpoints.
 *
 * @example
 * earlyStopping({ monitor: 'val_loss', patience: 3, restoreBest: true }).name // 'early stopping'
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { monitor = 'val_loss', patience = 0, minDelta = 0, mode = 'min', restoreBest = false } = options
  let best: { readonly value: number; readonly epoch: number } | undefined
  let weights: ReadonlyMap<string, HostTensor> | undefined
  const isBetter = (value: number, than: number) =>
    mode === 'min' ? value < than - minDelta : value > than + minDelta
  return {
    name: 'early stopping',
    async onEpochEnd(run, logs) {
      const value = logs[monitor]
      if (value === undefined) {
        const rule = `it must be among ${Object.keys(logs).join(', ')}`
        throw new SlipwayError('SLP-O1', `Cannot stop by "${monitor}": ${rule}, got none`)
      }
      if (!Number.isNaN(value) && (!best || isBetter(value, best.value))) {
        best = { value, epoch: run.epoch }
        if (restoreBest) weights = await run.model.stateDict()
        return
      }
      const since = run.epoch - (best?.epoch ?? -1)
      if (since > patience)
        run.stop(`${monitor} was best in epoch ${(best?.epoch ?? 0) + 1}: ${best?.value ?? 'never a number'}`)
    },
    onTrainEnd({ model }) {
      if (weights) model.loadStateDict(weights)
    },
    state: () => ({ values: { best: best ?? null }, tensors: weights ?? new Map() }),
    restore({ values, tensors }) {
      best = (values as { readonly best: typeof best | null }).best ?? undefined // from `state`
      weights = tensors && tensors.size > 0 ? tensors : undefined
    },
  }
}
