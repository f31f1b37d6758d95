import type { WideTensor } from '../base/wide.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { lowerBatchNormalization } from './lower/batch-normalization.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { floatsOf } from './shared/elements.ts'
import { byChannel, momentsOf, standardize } from './shared/moments.ts'
import { requireShape } from './shared/require.ts'
import { floats } from './types.ts'

/**
 * Standardises each channel by given statistics, or by its own ones in training_mode, then scales and shifts
 * it.
 */
export const batchNormalization = defineOp({
  name: 'BatchNormalization',
  since: [1, 6, 7, 9, 14, 15],
  types: { T: floats, T1: floats, T2: floats },
  inputs: { X: one('T'), scale: one('T1'), B: one('T1'), input_mean: one('T2'), input_var: one('T2') },
  outputs: { Y: one('T'), running_mean: maybe('T2'), running_var: maybe('T2') },
  attrs: { training_mode: attr.int(0), momentum: attr.float(0.9), epsilon: attr.float(1e-5) },
  infer: ({ X, ...parameters }, { training_mode }, { outputCount, freshDim }) => {
    if (X.shape?.length === 0) refuse('X must have rank 1 or more', 0)
    if (training_mode === 0 && outputCount > 1) {
      refuse('running statistics must not be asked for without training_mode', outputCount)
    }
    const channels = X.shape && (X.shape[1] ?? 1)
    for (const [name, fact] of Object.entries(parameters)) requireShape(name, fact, [channels])
    const statistic = (fact: TensorFact) =>
      tensorFact(fact.dtype, [channels ?? fact.shape?.[0] ?? freshDim('channels')])
    return {
      Y: tensorFact(X.dtype, X.shape),
      running_mean: statistic(parameters.input_mean),
      running_var: statistic(parameters.input_var),
    }
  },
  reference: ({ X, scale, B, input_mean, input_var }, { training_mode, momentum, epsilon }) => {
    const x = floatsOf(X)
    const channels = byChannel(X.shape)
    const given = { mean: floatsOf(input_mean), variance: floatsOf(input_var) }
    const moments = training_mode === 0 ? given : momentsOf(x, channels)
    const [gain, shift] = [floatsOf(scale), floatsOf(B)]
    const y = standardize(x, channels, moments, epsilon)
    y.forEach((value, i) => {
      const channel = channels.groupOf(i)
      y[i] = value * gain[channel]! + shift[channel]!
    })
    const blend = (old: WideTensor, current: Float64Array) =>
      wide(
        old.dtype,
        old.shape,
        floatsOf(old).map((value, i) => value * momentum + current[i]! * (1 - momentum)),
      )
    return {
      Y: wide(X.dtype, X.shape, y),
      running_mean: blend(input_mean, moments.mean),
      running_var: blend(input_var, moments.variance),
    }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    epilogue: true,
    emit: lowerBatchNormalization,
  },
})
