import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { lowerPlaneMeans } from '../lower/quantized-lines.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { one } from '../param.ts'
import { globalPoolFact } from '../shared/pool.ts'
import { channelsFirst, channelsLast } from './shared/channels-last.ts'
import { cast, eightBits, requireScalars, saturate, scalar, zeroOf } from './shared/quantized-graph.ts'

/**
 * The mean of each channel of a quantized tensor, quantized again: exact sums times x_scale / (y_scale *
 * elements), rounded half to even.
 */
export const qlinearGlobalAveragePool = defineOp({
  name: 'QLinearGlobalAveragePool',
  domain: 'com.microsoft',
  since: [1],
  types: { T: eightBits },
  inputs: {
    X: one('T'),
    x_scale: one('float32'),
    x_zero_point: one('T'),
    y_scale: one('float32'),
    y_zero_point: one('T'),
  },
  outputs: { Y: one('T') },
  attrs: { channels_last: attr.int(0) },
  infer: ({ X, ...parameters }, { channels_last }) => {
    requireScalars(parameters)
    if (channels_last === 0) return { Y: globalPoolFact(X) }
    return { Y: channelsLast(globalPoolFact(channelsFirst(X))) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    emit: ({ X, x_scale, x_zero_point, y_scale, y_zero_point }, { Y }, { channels_last }, context) =>
      channels_last === 0
        ? lowerPlaneMeans(
            X,
            Y,
            { xScale: x_scale, xZero: x_zero_point, yScale: y_scale, yZero: y_zero_point },
            context,
          )
        : 'channels that come last',
    build: (b, { X, x_scale, x_zero_point, y_scale, y_zero_point }, { channels_last }, { inputs }) => {
      const rank = inputs.X.shape?.length
      if (rank === undefined) return undefined
      const [from, to] = channels_last === 0 ? [2, rank] : [1, rank - 1]
      const axes = Array.from({ length: to - from }, (_, i) => from + i)
      const zero = cast(b, scalar(b, x_zero_point), 'int32')
      const centred = b.node('Sub', [cast(b, X, 'int32'), zero])
      const sum = cast(b, b.node('ReduceSum', [centred, b.literal('int64', axes)]), 'float32')
      const sizes = b.node('Shape', [X], { start: from, end: to })
      const count = cast(b, b.node('ReduceProd', [sizes], { keepdims: 0 }), 'float32')
      const scale = b.node('Div', [scalar(b, x_scale), b.node('Mul', [scalar(b, y_scale), count])])
      const steps = b.node('Round', [b.node('Mul', [sum, scale])])
      return { Y: saturate(b, b.node('Add', [steps, zeroOf(b, y_zero_point)]), inputs.X.dtype) }
    },
  },
})
