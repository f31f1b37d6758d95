import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { indexInts } from '../types.ts'
import { scoreMatrix } from './shared/class-labels.ts'
import { postTransforms, transformSingle } from './shared/post-transform.ts'
import { checkFeatures, dotRow, rowCount, rowsOf } from './shared/rows.ts'
import { kernelFunction, kernelValue, svmKernels } from './shared/svm-kernel.ts'

/**
 * Σ coefficientⱼ·K(X, support vectorⱼ) + rho; without support vectors the linear function coefficients·X +
 * rho. For a one-class machine the sign of it, 1 or -1.
 */
export const svmRegressor = defineOp({
  name: 'SVMRegressor',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T: [...indexInts, 'float32', 'float64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('float32') },
  attrs: {
    rho: attr.required.floats(),
    coefficients: attr.required.floats(),
    n_supports: attr.int(0),
    one_class: attr.int(0),
    support_vectors: attr.optional.floats(),
    post_transform: attr.oneOf(postTransforms, 'NONE'),
    kernel_params: attr.optional.floats(),
    kernel_type: attr.oneOf(svmKernels, 'LINEAR'),
  },
  infer: ({ X }, { n_supports, coefficients, support_vectors = [], rho, ...attrs }, { freshDim }) => {
    if (rho.length < 1) refuse('there must be one rho', rho.length)
    kernelFunction(attrs.kernel_type, attrs.kernel_params)
    if (n_supports > 0) {
      if (coefficients.length !== n_supports)
        refuse(`there must be ${n_supports} coefficients`, coefficients.length)
      if (support_vectors.length % n_supports !== 0)
        refuse(
          `the number of support_vectors elements must be a multiple of ${n_supports}`,
          support_vectors.length,
        )
    }
    checkFeatures(X, n_supports > 0 ? support_vectors.length / n_supports : coefficients.length)
    return { Y: tensorFact('float32', [rowCount(X, freshDim), 1]) }
  },
  reference: ({ X }, { n_supports, coefficients, support_vectors = [], rho, ...attrs }) => {
    const kernel = kernelFunction(attrs.kernel_type, attrs.kernel_params)
    const features = X.shape.at(-1)!
    const scores = rowsOf(X).map((row) => {
      let score = rho[0]!
      if (n_supports === 0) score += dotRow(row, coefficients)
      for (let j = 0; j < n_supports; j++) {
        score += coefficients[j]! * kernelValue(kernel, row, support_vectors, j * features)
      }
      if (attrs.one_class !== 0) return [score > 0 ? 1 : -1]
      return [transformSingle(score, attrs.post_transform)]
    })
    return { Y: scoreMatrix(scores, 1) }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: { kind: 'kernel' },
})
