import { normalizeAxis } from '../../base/shape.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerRowNormalization } from '../lower/normalization.ts'
import { maybe, one } from '../param.ts'
import { axesFrom } from '../shared/axes.ts'
import { floatDTypeOfAttr } from '../shared/dtype-attr.ts'
import { requireBroadcastsTo } from '../shared/require.ts'
import { floats } from '../types.ts'
import { inverseRoot, rmsNormalize } from './shared/rms.ts'

// onnxruntime keeps this operator of its own in the domain of ONNX.
/**
 * Divides by the root mean square over the axes from `axis` on, then multiplies by scale; an operator of
 * onnxruntime, which RMSNormalization has become since.
 */
export const simplifiedLayerNormalization = defineOp({
  name: 'SimplifiedLayerNormalization',
  since: [1],
  types: { T: floats, U: ['float32', 'float64'], V: floats },
  inputs: { X: one('T'), scale: one('V') },
  outputs: { Y: one('V'), inv_std_var: maybe('U') },
  attrs: { axis: attr.int(-1), epsilon: attr.float(1e-5), stash_type: attr.int(1) },
  infer: ({ X, scale }, { axis, stash_type }) => {
    requireBroadcastsTo('scale', scale, X.shape)
    const first = X.shape && normalizeAxis(axis, X.shape.length)
    const statistics = X.shape?.map((size, i) => (i < first! ? size : 1))
    return {
      Y: tensorFact(scale.dtype, X.shape),
      inv_std_var: tensorFact(floatDTypeOfAttr('stash_type', stash_type), statistics),
    }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: ({ X, scale }, { Y, inv_std_var }, { axis, epsilon }, context) =>
      lowerRowNormalization(
        { x: X, gain: scale, y: Y, inverse: inv_std_var },
        { axis, epsilon, rootMeanSquare: true },
        context,
      ),
    build: (b, { X, scale }, { axis, epsilon, stash_type }, { inputs, outputCount }) => {
      const axes = axesFrom(axis, inputs.X.shape?.length)
      if (!axes) return undefined
      const spec = { axis, epsilon, dtype: inputs.X.dtype }
      const Y = rmsNormalize(b, X, scale, spec)
      if (outputCount < 2) return { Y }
      return { Y, inv_std_var: inverseRoot(b, X, axes, spec, floatDTypeOfAttr('stash_type', stash_type)) }
    },
  },
})
