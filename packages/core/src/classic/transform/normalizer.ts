/** Samples of length 1. */
import { castTo, mlNode, refuseExport } from '../emit.ts'
import { refuseParam } from '../estimator.ts'
import { type Matrix, matrix, rowOf } from '../matrix.ts'
import { defineTransformer } from '../roles.ts'

export interface NormalizerParams {
  readonly norm: 'l1' | 'l2' | 'max'
}

const lengths = {
  l1: (row: Float64Array) => row.reduce((sum, value) => sum + Math.abs(value), 0),
  l2: (row: Float64Array) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)),
  max: (row: Float64Array) => row.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
} as const satisfies Record<NormalizerParams['norm'], (row: Float64Array) => number>

const defaults: NormalizerParams = { norm: 'l2' }

/**
 * Divides each sample by its length; samples of length 0 stay as they are. Learns nothing.
 *
 * @example
 * Array.from(normalizer({ norm: 'l1' }).fitTransform([[1, 3]]).data) // [0.25, 0.75]
 */
export const normalizer = defineTransformer({
  kind: 'normalizer',
  defaults,
  check: ({ norm }) => {
    if (!(norm in lengths)) refuseParam('normalizer', 'norm', `one of ${Object.keys(lengths)}`, norm)
  },
  learned: [],
  fit: () => ({}),
  transform: normalize,
  emit: (_, { norm }, context, x) => {
    // The operator's MAX is the greatest element, not the greatest magnitude.
    if (norm === 'max') return refuseExport('normalizer', "norm must be 'l1' or 'l2'", norm)
    const [values] = mlNode(context, 'Normalizer', x, { norm: norm.toUpperCase() })
    return { values: castTo(context, values!, context.dtype, 'float32') }
  },
})

function normalize(X: Matrix, _: object, { norm }: NormalizerParams): Matrix {
  const result = matrix(X.rows, X.columns)
  for (let i = 0; i < X.rows; i++) {
    const row = rowOf(X, i)
    const length = lengths[norm](row)
    result.data.set(length === 0 ? row : row.map((value) => value / length), i * X.columns)
  }
  return result
}
