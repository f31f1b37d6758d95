import { tensor } from '../../base/tensor.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { indexInts } from '../types.ts'
import { scoreMatrix } from './shared/class-labels.ts'
import { postTransforms, transformScores, transformSingle } from './shared/post-transform.ts'
import { checkFeatures, dotRow, rowCount, rowsOf } from './shared/rows.ts'

/** X·coefficientsᵀ + intercepts, one column per target; the coefficients of a target lie together. */
export const linearRegressor = defineOp({
  name: 'LinearRegressor',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T: [...indexInts, 'float32', 'float64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('float32') },
  attrs: {
    targets: attr.int(1),
    intercepts: attr.optional.floats(),
    coefficients: attr.required.floats(),
    post_transform: attr.oneOf(postTransforms, 'NONE'),
  },
  infer: ({ X }, { targets, intercepts, coefficients }, { freshDim }) => {
    if (targets < 1) refuse('targets must be at least 1', targets)
    if (coefficients.length % targets !== 0)
      refuse(`the number of coefficients must be a multiple of ${targets}`, coefficients.length)
    if (intercepts && intercepts.length > 0 && intercepts.length !== targets)
      refuse(`there must be ${targets} intercepts`, intercepts.length)
    checkFeatures(X, coefficients.length / targets)
    return { Y: tensorFact('float32', [rowCount(X, freshDim), targets]) }
  },
  reference: ({ X }, { targets, intercepts, coefficients, post_transform }) => {
    const features = coefficients.length / targets
    const scores = rowsOf(X).map((row) => {
      const raw = Array.from(
        { length: targets },
        (_, k) => dotRow(row, coefficients, k * features) + (intercepts?.[k] ?? 0),
      )
      return targets === 1 ? [transformSingle(raw[0]!, post_transform)] : transformScores(raw, post_transform)
    })
    return { Y: scoreMatrix(scores, targets) }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'decompose',
    build: (b, { X }, { targets, intercepts, coefficients, post_transform }, { inputs }) => {
      const isPlain = post_transform === 'NONE' || (targets === 1 && post_transform !== 'PROBIT')
      if (!isPlain || inputs.X.dtype !== 'float32') return undefined
      const features = coefficients.length / targets
      const rows = b.node('Reshape', [X, b.literal('int64', [-1, features])])
      const weights = b.constant(tensor('float32', [targets, features], Float32Array.from(coefficients)))
      const start = intercepts?.length ? [b.literal('float32', intercepts)] : []
      return { Y: b.node('Gemm', [rows, weights, ...start], { transB: 1 }) }
    },
  },
})
