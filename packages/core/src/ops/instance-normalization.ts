import { elementCount } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerInstanceNormalization } from './lower/instance-normalization.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { floatsOf } from './shared/elements.ts'
import { blocks, byChannel, momentsOf, standardize } from './shared/moments.ts'
import { requireShape } from './shared/require.ts'
import { floats } from './types.ts'

/**
 * Standardises each channel of each instance by its own statistics, then scales and shifts it per channel.
 */
export const instanceNormalization = defineOp({
  name: 'InstanceNormalization',
  since: [1, 6, 22],
  types: { T: floats },
  inputs: { input: one('T'), scale: one('T'), B: one('T') },
  outputs: { output: one('T') },
  attrs: { epsilon: attr.float(1e-5) },
  infer: ({ input, scale, B }) => {
    const { shape } = input
    if (shape && shape.length < 2) refuse('input must have a batch and a channel axis', shape.length)
    requireShape('scale', scale, [shape?.[1]])
    requireShape('B', B, [shape?.[1]])
    return { output: tensorFact(input.dtype, shape) }
  },
  reference: ({ input, scale, B }, { epsilon }) => {
    const x = floatsOf(input)
    const instances = blocks(x.length, elementCount(input.shape.slice(2)))
    const { groupOf } = byChannel(input.shape)
    const [gain, shift] = [floatsOf(scale), floatsOf(B)]
    const y = standardize(x, instances, momentsOf(x, instances), epsilon)
    y.forEach((value, i) => {
      y[i] = value * gain[groupOf(i)]! + shift[groupOf(i)]!
    })
    return { output: wide(input.dtype, input.shape, y) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    epilogue: true,
    emit: (inputs, { output }, { epsilon }, context) =>
      lowerInstanceNormalization(inputs, output, epsilon, context),
  },
})
