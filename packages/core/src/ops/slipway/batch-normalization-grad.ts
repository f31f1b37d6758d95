import { wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerBatchGradient } from '../lower/batch-normalization.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { floatsOf } from '../shared/elements.ts'
import { byChannel, groupMeans } from '../shared/moments.ts'
import { requireShape } from '../shared/require.ts'
import { floats } from '../types.ts'

/**
 * The gradient of BatchNormalization in training mode by its input, scale and shift, given that of its output and the
 * statistics of the batch.
 */
export const batchNormalizationGrad = defineOp({
  name: 'BatchNormalizationGrad',
  domain: 'ai.slipway',
  since: [1],
  types: { T: floats },
  inputs: { X: one('T'), scale: one('T'), dY: one('T'), mean: one('T'), variance: one('T') },
  outputs: { dX: one('T'), dscale: one('T'), dB: one('T') },
  attrs: { epsilon: attr.float(1e-5) },
  infer: ({ X, scale, dY, mean, variance }) => {
    if (X.shape?.length === 0) refuse('X must have rank 1 or more', 0)
    const channels = X.shape && (X.shape[1] ?? 1)
    if (X.shape) requireShape('dY', dY, X.shape)
    for (const [name, fact] of Object.entries({ scale, mean, variance })) requireShape(name, fact, [channels])
    const perChannel = tensorFact(X.dtype, channels === undefined ? scale.shape : [channels])
    return { dX: tensorFact(X.dtype, X.shape), dscale: perChannel, dB: perChannel }
  },
  reference: ({ X, scale, dY, mean, variance }, { epsilon }) => {
    const [x, g, gain] = [floatsOf(X), floatsOf(dY), floatsOf(scale)]
    const channels = byChannel(X.shape)
    const [means, inverse] = [
      floatsOf(mean),
      floatsOf(variance).map((value) => 1 / Math.sqrt(value + epsilon)),
    ]
    const count = x.length / channels.groups
    const z = x.map((value, i) => {
      const channel = channels.groupOf(i)
      return (value - means[channel]!) * inverse[channel]!
    })
    const [average, along] = [groupMeans(g, channels, (value) => value), averageProduct(g, z, channels)]
    const dx = g.map((value, i) => {
      const channel = channels.groupOf(i)
      return gain[channel]! * inverse[channel]! * (value - average[channel]! - z[i]! * along[channel]!)
    })
    const total = (means: Float64Array) =>
      wide(
        scale.dtype,
        scale.shape,
        means.map((value) => value * count),
      )
    return { dX: wide(X.dtype, X.shape, dx), dscale: total(along), dB: total(average) }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, outputs, { epsilon }, context) => lowerBatchGradient(inputs, outputs, epsilon, context),
    build(b, { X, scale, dY, mean, variance }, { epsilon }, { inputs }) {
      const { dtype, shape } = inputs.X
      if (!shape) return undefined
      const column = b.literal('int64', [-1, ...shape.slice(2).map(() => 1)])
      const axes = b.literal(
        'int64',
        [...shape.keys()].filter((axis) => axis !== 1),
      )
      const perChannel = (x: string) => b.node('Reshape', [x, column])
      const average = (x: string) => b.node('ReduceMean', [x, axes])
      const total = (x: string) =>
        b.node('Reshape', [b.node('ReduceSum', [x, axes]), b.literal('int64', [-1])])
      const deviation = b.node('Sqrt', [b.node('Add', [perChannel(variance), b.literal(dtype, epsilon)])])
      const z = b.node('Div', [b.node('Sub', [X, perChannel(mean)]), deviation])
      const product = b.node('Mul', [dY, z])
      const centred = b.node('Sub', [b.node('Sub', [dY, average(dY)]), b.node('Mul', [z, average(product)])])
      const gain = b.node('Div', [perChannel(scale), deviation])
      return { dX: b.node('Mul', [gain, centred]), dscale: total(product), dB: total(dY) }
    },
  },
})

function averageProduct(
  a: Float64Array,
  b: Float64Array,
  grouping: ReturnType<typeof byChannel>,
): Float64Array {
  return groupMeans(
    a.map((value, i) => value * b[i]!),
    grouping,
    (value) => value,
  )
}
