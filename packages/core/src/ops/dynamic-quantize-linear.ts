import { wide, wideZeros } from '../base/wide.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerDynamicQuantize } from './lower/dynamic-quantize.ts'
import { quantizedNumbers } from './no-gradient.ts'
import { one } from './param.ts'
import { floatsOf } from './shared/elements.ts'
import { quantize } from './shared/quantization.ts'

/**
 * x as uint8, with the scale and zero point that make its range, zero included, fill 0…255. All steps are
 * rounded to float32. An x of zeros only has scale 0 and gives zeros.
 */
export const dynamicQuantizeLinear = defineOp({
  name: 'DynamicQuantizeLinear',
  since: [11],
  types: { T1: ['float32'], T2: ['uint8'] },
  inputs: { x: one('T1') },
  outputs: { y: one('T2'), y_scale: one('float32'), y_zero_point: one('T2') },
  attrs: {},
  infer: ({ x }) => ({
    y: tensorFact('uint8', x.shape),
    y_scale: tensorFact('float32', []),
    y_zero_point: tensorFact('uint8', []),
  }),
  reference: ({ x }) => {
    let [low, high] = [0, 0]
    const values = floatsOf(x)
    for (const value of values) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
    const scale = Math.fround(Math.fround(high - low) / 255)
    const zeroPoint = quantize('uint8', Math.fround(-Math.fround(low / scale)), 0)
    const y = wideZeros('uint8', x.shape)
    for (let i = 0; i < values.length; i++) {
      y.data[i] = quantize('uint8', Math.fround(values[i]! / scale), zeroPoint)
    }
    return {
      y,
      y_scale: wide('float32', [], Float64Array.of(scale)),
      y_zero_point: wide('uint8', [], Float64Array.of(zeroPoint)),
    }
  },
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    emit: ({ x }, { y, y_scale, y_zero_point }, _attrs, context) =>
      lowerDynamicQuantize({ x, y, scale: y_scale, zero: y_zero_point }, context),
    build: (b, { x }) => {
      const zero = b.literal('float32', 0)
      const top = b.literal('float32', 255)
      const low = b.node('Min', [b.node('ReduceMin', [x], { keepdims: 0 }), zero])
      const high = b.node('Max', [b.node('ReduceMax', [x], { keepdims: 0 }), zero])
      const scale = b.node('Div', [b.node('Sub', [high, low]), top])
      const start = b.node('Clip', [b.node('Sub', [zero, b.node('Div', [low, scale])]), zero, top])
      const zeroPoint = b.node('Cast', [b.node('Round', [start])], { to: 2 })
      return { y: b.node('QuantizeLinear', [x, scale, zeroPoint]), y_scale: scale, y_zero_point: zeroPoint }
    },
  },
})
