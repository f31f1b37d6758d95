import { attr } from '../attr.ts'
import { concat } from '../concat.ts'
import { defineOp } from '../define.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { lowerByteConcat } from '../lower/byte-concat.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { mixed, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { centre, eightBits, requantize, requireScalars, scalar } from './shared/quantized-graph.ts'

/**
 * Quantized tensors one after the other along an axis, quantized again. The inputs come in threes: tensor,
 * scale, zero point.
 */
export const qlinearConcat = defineOp({
  name: 'QLinearConcat',
  domain: 'com.microsoft',
  since: [1],
  types: { T8: eightBits, TF: ['float32'], TV: [...eightBits, 'float32'] },
  inputs: { Y_scale: one('TF'), Y_zero_point: one('T8'), inputs: mixed('TV') },
  outputs: { Y: one('T8') },
  attrs: { axis: attr.required.int() },
  infer: ({ Y_scale, Y_zero_point, inputs }, { axis }, context) => {
    requireScalars({ Y_scale, Y_zero_point })
    const tensors = triples(inputs, inputs.length).map(([x, scale, zero], i) => {
      requireScalars({ [`scale ${i}`]: scale, [`zero point ${i}`]: zero })
      if (x.dtype !== Y_zero_point.dtype || zero.dtype !== x.dtype || scale.dtype !== 'float32') {
        const types = `${x.dtype}, ${scale.dtype}, ${zero.dtype}`
        refuse(`inputs must be threes of ${Y_zero_point.dtype}, float32, ${Y_zero_point.dtype}`, types)
      }
      return x
    })
    const { concat_result } = concat.infer({ inputs: tensors }, { axis }, context)
    const { shape } = concat_result as TensorFact // what Concat infers
    return { Y: tensorFact(Y_zero_point.dtype, shape) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    emit: ({ Y_scale, Y_zero_point, inputs }, { Y }, { axis }, context) =>
      lowerByteConcat(
        triples(inputs, inputs.length).map(([x, scale, zero]) => ({ x, scale, zero })),
        { scale: Y_scale, zero: Y_zero_point },
        Y,
        axis,
        context,
      ),
    build: (b, { Y_scale, Y_zero_point, inputs }, { axis }, { inputs: facts }) => {
      const parts = triples(inputs, inputs.length).map(([value, scale, zero]) => {
        const x = b.node('Mul', [centre(b, value, zero), scalar(b, scale)])
        return requantize(b, x, Y_scale, Y_zero_point, facts.Y_zero_point.dtype)
      })
      return { Y: b.node('Concat', parts, { axis }) }
    },
  },
})

function triples<T>(list: readonly T[], length: number): (readonly [T, T, T])[] {
  if (length % 3 !== 0) refuse('inputs must come in threes: tensor, scale, zero point', length)
  return Array.from({ length: length / 3 }, (_, i) => [list[3 * i]!, list[3 * i + 1]!, list[3 * i + 2]!])
}
