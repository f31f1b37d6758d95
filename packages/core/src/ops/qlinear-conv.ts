import { integerRange } from '../base/dtype.ts'
import { roundHalfEven } from '../base/round-half-even.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerIntegerConv } from './lower/quantized-conv.ts'
import { quantizedNumbers } from './no-gradient.ts'
import { maybe, one } from './param.ts'
import { convDims } from './shared/convolution.ts'
import { floatsOf, scalarIn } from './shared/elements.ts'
import { convolveIntegers } from './shared/quantized-conv.ts'
import { requireScalar, requireScalarOrVector } from './shared/require.ts'
import { windowAttrs, windowAxes } from './shared/window.ts'

/** Conv of linearly quantized tensors: integer sums with bias B, rescaled, rounded to even and saturated. */
export const qlinearConv = defineOp({
  name: 'QLinearConv',
  since: [10],
  types: { T1: ['int8', 'uint8'], T2: ['int8', 'uint8'], T3: ['int8', 'uint8'], T4: ['int32'] },
  inputs: {
    x: one('T1'),
    x_scale: one('float32'),
    x_zero_point: one('T1'),
    w: one('T2'),
    w_scale: one('float32'),
    w_zero_point: one('T2'),
    y_scale: one('float32'),
    y_zero_point: one('T3'),
    B: maybe('T4'),
  },
  outputs: { y: one('T3') },
  attrs: { ...windowAttrs, group: attr.int(1), kernel_shape: attr.optional.ints() },
  infer: (inputs, attrs, { freshDim }) => {
    const { x, w, B } = inputs
    for (const name of ['x_scale', 'x_zero_point', 'y_scale', 'y_zero_point'] as const) {
      requireScalar(name, inputs[name])
    }
    for (const name of ['w_scale', 'w_zero_point'] as const) {
      requireScalarOrVector(name, inputs[name], w.shape?.[0])
    }
    return { y: tensorFact(inputs.y_zero_point.dtype, convDims(x, w, B, attrs, freshDim)) }
  },
  reference: ({ x, w, B, ...scaling }, attrs, context) => {
    const { x_scale, x_zero_point, w_scale, w_zero_point, y_scale, y_zero_point } = scaling
    const args = { x, w, xZeroPoint: x_zero_point, wZeroPoint: w_zero_point, bias: B }
    const { shape, sums, plane } = convolveIntegers(args, attrs, context)
    const maps = shape[1]!
    const factors = Array.from({ length: maps }, (_, m) => {
      const weightScale = floatsOf(w_scale)
      const own = weightScale.length === 1 ? weightScale[0]! : weightScale[m]!
      return (scalarIn('x_scale', x_scale) * own) / scalarIn('y_scale', y_scale)
    })
    const [low, high] = integerRange(y_zero_point.dtype)
    const zero = scalarIn('y_zero_point', y_zero_point)
    const y = sums.map((sum, i) => {
      const value = roundHalfEven(sum * factors[Math.floor(i / plane) % maps]!) + zero
      return Math.min(Number(high), Math.max(Number(low), value))
    })
    return { y: wide(y_zero_point.dtype, shape, y) }
  },
  gradient: quantizedNumbers,
  lower: {
    kind: 'kernel',
    emit: ({ x, w, B, ...scaling }, { y }, attrs, context) =>
      lowerIntegerConv(
        {
          x,
          w,
          y,
          xZero: scaling.x_zero_point,
          wZero: scaling.w_zero_point,
          bias: B,
          group: attrs.group,
          axes: windowAxes(x.shape.slice(2), w.shape.slice(2), attrs),
          scaling: {
            xScale: scaling.x_scale,
            wScale: scaling.w_scale,
            yScale: scaling.y_scale,
            yZero: scaling.y_zero_point,
          },
        },
        context,
      ),
  },
})
