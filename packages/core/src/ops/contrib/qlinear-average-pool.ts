import { elementCount } from '../../base/shape.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, type KernelContext } from '../define.ts'
import { lowerQuantizedMean } from '../lower/quantized-pool.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { maybe, one } from '../param.ts'
import { floatsOf, scalarIn } from '../shared/elements.ts'
import { permuteAxes } from '../shared/permute.ts'
import { type PoolSpec, poolAttrs, poolFact, poolOf, visitWindows } from '../shared/pool.ts'
import { quantize } from '../shared/quantization.ts'
import { windowCounts } from '../shared/window-counts.ts'
import { aroundChannels, channelsFirst, channelsLast, toFirst, toLast } from './shared/channels-last.ts'
import { centre, eightBits, requireScalars, saturate, scalar, zeroOf } from './shared/quantized-graph.ts'

const { dilations: _dilations, ...undilated } = poolAttrs

/**
 * AveragePool of a quantized tensor, quantized again. Sums and means are rounded to float32 at every step,
 * as in onnxruntime, for they often lie halfway; the zero point is added before the mean is rounded half to
 * even.
 */
export const qlinearAveragePool = defineOp({
  name: 'QLinearAveragePool',
  domain: 'com.microsoft',
  since: [1],
  types: { T: eightBits },
  inputs: {
    X: one('T'),
    x_scale: one('float32'),
    x_zero_point: maybe('T'),
    y_scale: one('float32'),
    y_zero_point: maybe('T'),
  },
  outputs: { Y: one('T') },
  attrs: { ...undilated, count_include_pad: attr.int(0), channels_last: attr.int(0) },
  infer: ({ X, ...parameters }, attrs, { freshDim }) => {
    requireScalars(parameters)
    if (attrs.channels_last === 0) return { Y: poolFact(X, attrs, freshDim) }
    return { Y: channelsLast(poolFact(channelsFirst(X), attrs, freshDim)) }
  },
  reference: ({ X, x_scale, x_zero_point, y_scale, y_zero_point }, attrs, context) => {
    const last = attrs.channels_last !== 0
    const x = last ? permuteAxes(X, toFirst(X.shape.length)) : X
    const scale = scalarIn('x_scale', x_scale)
    const zero = x_zero_point ? scalarIn('x_zero_point', x_zero_point) : 0
    const real = wide(
      'float32',
      x.shape,
      floatsOf(x).map((value) => Math.fround((value - zero) * scale)),
    )
    const mean = averageInSteps(real, attrs, context)
    const divisor = scalarIn('y_scale', y_scale)
    const shift = y_zero_point ? scalarIn('y_zero_point', y_zero_point) : 0
    const values = floatsOf(mean).map((value) => Math.fround(Math.fround(value / divisor) + shift))
    const y = wide(
      X.dtype,
      mean.shape,
      values.map((value) => quantize(X.dtype, value, 0)),
    )
    return { Y: last ? permuteAxes(y, toLast(y.shape.length)) : y }
  },
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    emit: ({ X, x_scale, x_zero_point, y_scale, y_zero_point }, { Y }, attrs, context) =>
      attrs.channels_last === 0
        ? lowerQuantizedMean(
            { X, Y, attrs },
            { xScale: x_scale, xZero: x_zero_point, yScale: y_scale, yZero: y_zero_point },
            attrs.count_include_pad === 1,
            context,
          )
        : 'channels that come last',
    build: (b, { X, x_scale, x_zero_point, y_scale, y_zero_point }, attrs, { inputs }) => {
      const { channels_last, ...pool } = attrs
      const x = b.node('Mul', [centre(b, X, x_zero_point), scalar(b, x_scale)])
      const average = (from: string) => b.node('AveragePool', [from], pool)
      const rank = attrs.kernel_shape.length + 2
      const mean = channels_last === 0 ? average(x) : aroundChannels(b, x, rank, average)
      const steps = b.node('Div', [mean, scalar(b, y_scale)])
      const y = b.node('Add', [steps, zeroOf(b, y_zero_point)])
      return { Y: saturate(b, y, inputs.X.dtype) }
    },
  },
})

/** Means of the windows, every sum and every mean rounded to float32. */
function averageInSteps(
  x: WideTensor,
  attrs: PoolSpec & { readonly count_include_pad: number },
  context: KernelContext,
): WideTensor {
  const pool = poolOf(x, attrs, context)
  const data = floatsOf(x)
  const sums = new Float64Array(elementCount(pool.shape))
  visitWindows(pool, (output, input) => {
    sums[output] = Math.fround(sums[output]! + data[input]!)
  })
  const counts = windowCounts(pool, attrs.count_include_pad === 1)
  const means = sums.map((sum, i) => Math.fround(sum / Math.max(1, counts[i % pool.outputPlane]!)))
  return wide('float32', pool.shape, means)
}
