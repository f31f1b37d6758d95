import { integerRange } from '../../base/dtype.ts'
import { normalizeAxis } from '../../base/shape.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerByteSoftmax } from '../lower/quantized-lines.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { maybe, one } from '../param.ts'
import { cast, eightBits, requireScalars, scalar } from './shared/quantized-graph.ts'

/**
 * Softmax of a quantized tensor, quantized again, in integers: exponentials are whole multiples of the least
 * that keeps their sum within 32 bits, and 1 / y_scale is cut to a whole number. Before opset 13 the axes
 * from `axis` on count as one.
 */
export const qlinearSoftmax = defineOp({
  name: 'QLinearSoftmax',
  domain: 'com.microsoft',
  since: [1],
  types: { T: eightBits },
  inputs: {
    X: one('T'),
    X_scale: one('float32'),
    x_zero_point: maybe('T'),
    y_scale: one('float32'),
    y_zero_point: one('T'),
  },
  outputs: { Y: one('T') },
  attrs: { axis: attr.int(-1), opset: attr.required.int() },
  infer: ({ X, ...parameters }, { axis }) => {
    requireScalars(parameters)
    if (X.shape) normalizeAxis(axis, X.shape.length)
    return { Y: tensorFact(X.dtype, X.shape) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    emit: ({ X, X_scale, y_scale, y_zero_point }, { Y }, { axis, opset }, context) =>
      lowerByteSoftmax(
        { X, Y, xScale: X_scale, yScale: y_scale, yZero: y_zero_point, axis, isRest: opset < 13 },
        context,
      ),
    build: (b, { X, X_scale, y_scale, y_zero_point }, { axis, opset }, { inputs }) => {
      const rank = inputs.X.shape?.length
      if (rank === undefined) return undefined
      const first = normalizeAxis(axis, rank)
      const list = opset >= 13 ? [first] : Array.from({ length: rank - first }, (_, i) => first + i)
      const axes = b.literal('int64', list)
      const x = cast(b, X, 'float64')
      const below = b.node('Sub', [x, b.node('ReduceMax', [x, axes])])
      const scale = cast(b, scalar(b, X_scale), 'float64')
      const exponential = b.node('Exp', [b.node('Mul', [below, scale])])
      const unit = b.node('Mul', [exponential, unitOf(b, X, axes)])
      const parts = cast(b, b.node('Round', [unit]), 'int64')
      const sum = b.node('ReduceSum', [parts, axes])
      const inverse = b.node('Div', [b.literal('float32', 1), scalar(b, y_scale)])
      const half = b.node('Div', [sum, b.literal('int64', 2)])
      const wanted = b.node('Add', [b.node('Mul', [parts, cast(b, inverse, 'int64')]), half])
      const zero = cast(b, scalar(b, y_zero_point), 'int64')
      const y = b.node('Add', [b.node('Div', [wanted, sum]), zero])
      const [low, high] = integerRange(inputs.X.dtype)
      const clipped = b.node('Clip', [y, b.literal('int64', low), b.literal('int64', high)])
      return { Y: cast(b, clipped, inputs.X.dtype) }
    },
  },
})

/** What the exponential of 0 counts: (2^32 - 1) / elements of a row, 2^23 - 1 at most. */
function unitOf(b: GraphBuilder, x: string, axes: string): string {
  const sizes = b.node('Gather', [b.node('Shape', [x]), axes])
  const count = cast(b, b.node('ReduceProd', [sizes], { keepdims: 0 }), 'float64')
  const most = b.node('Div', [b.literal('float64', 2 ** 32 - 1), count])
  return b.node('Min', [most, b.literal('float64', 0x7fffff)])
}
