import { elementCount, normalizeAxis } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerRowNormalization } from './lower/normalization.ts'
import { one } from './param.ts'
import { axesFrom } from './shared/axes.ts'
import { expandTo } from './shared/broadcast.ts'
import { castTo } from './shared/cast-node.ts'
import { floatDTypeOfAttr } from './shared/dtype-attr.ts'
import { floatsOf } from './shared/elements.ts'
import { blocks, groupMeans } from './shared/moments.ts'
import { requireBroadcastsTo } from './shared/require.ts'
import { floats } from './types.ts'

/** Divides by the root mean square over the axes from `axis` on, then multiplies by scale, broadcast to X. */
export const rmsNormalization = defineOp({
  name: 'RMSNormalization',
  since: [23],
  types: { T: floats, V: floats },
  inputs: { X: one('T'), scale: one('V') },
  outputs: { Y: one('V') },
  attrs: { axis: attr.int(-1), epsilon: attr.float(1e-5), stash_type: attr.int(1) },
  infer: ({ X, scale }, attrs) => {
    if (X.shape) normalizeAxis(attrs.axis, X.shape.length)
    floatDTypeOfAttr('stash_type', attrs.stash_type)
    requireBroadcastsTo('scale', scale, X.shape)
    return { Y: tensorFact(scale.dtype, X.shape) }
  },
  reference: ({ X, scale }, { axis, epsilon }) => {
    const x = floatsOf(X)
    const rows = blocks(x.length, elementCount(X.shape.slice(normalizeAxis(axis, X.shape.length))))
    const roots = groupMeans(x, rows, (value) => value * value).map((mean) => Math.sqrt(mean + epsilon))
    const gain = floatsOf(expandTo(scale, X.shape))
    const y = x.map((value, i) => (value / roots[rows.groupOf(i)]!) * gain[i]!)
    return { Y: wide(scale.dtype, X.shape, y) }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    emit: ({ X, scale }, { Y }, { axis, epsilon }, context) =>
      lowerRowNormalization({ x: X, gain: scale, y: Y }, { axis, epsilon, rootMeanSquare: true }, context),
    build(b, { X, scale }, { axis, epsilon, stash_type }, { inputs }) {
      const list = axesFrom(axis, inputs.X.shape?.length)
      if (!list) return undefined
      const stash = floatDTypeOfAttr('stash_type', stash_type)
      const x = castTo(b, X, inputs.X.dtype, stash)
      const mean = b.node('ReduceMean', [b.node('Mul', [x, x]), b.literal('int64', list)])
      const root = b.node('Sqrt', [b.node('Add', [mean, b.literal(stash, epsilon)])])
      const normalized = castTo(b, b.node('Div', [x, root]), stash, inputs.scale.dtype)
      return { Y: b.node('Mul', [normalized, scale]) }
    },
  },
})
