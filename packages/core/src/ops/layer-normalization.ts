import { elementCount, normalizeAxis } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerRowNormalization } from './lower/normalization.ts'
import { maybe, one } from './param.ts'
import { axesFrom } from './shared/axes.ts'
import { expandTo } from './shared/broadcast.ts'
import { castTo } from './shared/cast-node.ts'
import { floatDTypeOfAttr } from './shared/dtype-attr.ts'
import { floatsOf } from './shared/elements.ts'
import { blocks, momentsOf, standardize } from './shared/moments.ts'
import { requireBroadcastsTo } from './shared/require.ts'
import { floats } from './types.ts'

/** Standardises over the axes from `axis` on, then multiplies by Scale and adds B, both broadcast to X. */
export const layerNormalization = defineOp({
  name: 'LayerNormalization',
  since: [17],
  types: { T: floats, U: ['float32', 'bfloat16'] },
  inputs: { X: one('T'), Scale: one('T'), B: maybe('T') },
  outputs: { Y: one('T'), Mean: maybe('U'), InvStdDev: maybe('U') },
  attrs: { axis: attr.int(-1), epsilon: attr.float(1e-5), stash_type: attr.int(1) },
  infer: ({ X, Scale, B }, attrs) => {
    requireBroadcastsTo('Scale', Scale, X.shape)
    requireBroadcastsTo('B', B, X.shape)
    const first = X.shape && normalizeAxis(attrs.axis, X.shape.length)
    const statistics = X.shape?.map((size, axis) => (axis < first! ? size : 1))
    const stash = floatDTypeOfAttr('stash_type', attrs.stash_type)
    return {
      Y: tensorFact(X.dtype, X.shape),
      Mean: tensorFact(stash, statistics),
      InvStdDev: tensorFact(stash, statistics),
    }
  },
  reference: ({ X, Scale, B }, attrs) => {
    const x = floatsOf(X)
    const first = normalizeAxis(attrs.axis, X.shape.length)
    const rows = blocks(x.length, elementCount(X.shape.slice(first)))
    const moments = momentsOf(x, rows)
    const gain = floatsOf(expandTo(Scale, X.shape))
    const shift = B && floatsOf(expandTo(B, X.shape))
    const y = standardize(x, rows, moments, attrs.epsilon)
    y.forEach((value, i) => {
      y[i] = value * gain[i]! + (shift ? shift[i]! : 0)
    })
    const statistics = X.shape.map((size, axis) => (axis < first ? size : 1))
    const stash = floatDTypeOfAttr('stash_type', attrs.stash_type)
    const inverse = moments.variance.map((variance) => 1 / Math.sqrt(variance + attrs.epsilon))
    return {
      Y: wide(X.dtype, X.shape, y),
      Mean: wide(stash, statistics, moments.mean),
      InvStdDev: wide(stash, statistics, inverse),
    }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    emit: ({ X, Scale, B }, { Y, Mean, InvStdDev }, { axis, epsilon }, context) =>
      lowerRowNormalization(
        { x: X, gain: Scale, bias: B, y: Y, mean: Mean, inverse: InvStdDev },
        { axis, epsilon, rootMeanSquare: false },
        context,
      ),
    build(b, { X, Scale, B }, { axis, epsilon, stash_type }, { inputs }) {
      const list = axesFrom(axis, inputs.X.shape?.length)
      if (!list) return undefined
      const [own, stash] = [inputs.X.dtype, floatDTypeOfAttr('stash_type', stash_type)]
      const axes = b.literal('int64', list)
      const x = castTo(b, X, own, stash)
      const Mean = b.node('ReduceMean', [x, axes])
      const deviation = b.node('Sub', [x, Mean])
      const variance = b.node('ReduceMean', [b.node('Mul', [deviation, deviation]), axes])
      const padded = b.node('Add', [variance, b.literal(stash, epsilon)])
      const InvStdDev = b.node('Reciprocal', [b.node('Sqrt', [padded])])
      const normalized = castTo(b, b.node('Mul', [deviation, InvStdDev]), stash, own)
      const scaled = b.node('Mul', [normalized, Scale])
      return { Y: B ? b.node('Add', [scaled, B]) : scaled, Mean, InvStdDev }
    },
  },
})
