import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerIntegerConv } from './lower/quantized-conv.ts'
import { maybe, one } from './param.ts'
import { convDims } from './shared/convolution.ts'
import { convolveIntegers } from './shared/quantized-conv.ts'
import { requireScalar, requireScalarOrVector } from './shared/require.ts'
import { windowAttrs, windowAxes } from './shared/window.ts'

/** Conv of 8-bit integers less their zero points, summed in 32 bits. */
export const convInteger = defineOp({
  name: 'ConvInteger',
  since: [10],
  types: { T1: ['int8', 'uint8'], T2: ['int8', 'uint8'], T3: ['int32'] },
  inputs: { x: one('T1'), w: one('T2'), x_zero_point: maybe('T1'), w_zero_point: maybe('T2') },
  outputs: { y: one('T3') },
  attrs: { ...windowAttrs, group: attr.int(1), kernel_shape: attr.optional.ints() },
  infer: ({ x, w, x_zero_point, w_zero_point }, attrs, { freshDim }) => {
    requireScalar('x_zero_point', x_zero_point)
    requireScalarOrVector('w_zero_point', w_zero_point, w.shape?.[0])
    return { y: tensorFact('int32', convDims(x, w, undefined, attrs, freshDim)) }
  },
  reference: ({ x, w, x_zero_point, w_zero_point }, attrs, context) => {
    const args = { x, w, xZeroPoint: x_zero_point, wZeroPoint: w_zero_point }
    const { shape, sums } = convolveIntegers(args, attrs, context)
    return { y: wide('int32', shape, sums) }
  },
  gradient: none('its results are integers'),
  lower: {
    kind: 'kernel',
    emit: ({ x, w, x_zero_point, w_zero_point }, { y }, attrs, context) =>
      lowerIntegerConv(
        {
          x,
          w,
          y,
          xZero: x_zero_point,
          wZero: w_zero_point,
          bias: undefined,
          group: attrs.group,
          axes: windowAxes(x.shape.slice(2), w.shape.slice(2), attrs),
          scaling: undefined,
        },
        context,
      ),
  },
})
