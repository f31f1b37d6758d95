/** Features with mean 0 and variance 1. */
import { columnMeans, columnVariances } from '../matrix.ts'
import { defineTransformer } from '../roles.ts'
import { type Affine, applyAffine, emitAffine } from './affine.ts'

const defaults = { withMean: true, withStd: true }
export type StandardScalerParams = typeof defaults

export interface StandardScalerLearned {
  readonly mean_: Float64Array
  /** Divided by the number of samples. */
  readonly var_: Float64Array
  /** Standard deviations; 1 for constant features. */
  readonly scale_: Float64Array
}

const affineOf = ({ mean_, scale_ }: StandardScalerLearned, params: StandardScalerParams): Affine => ({
  offset: params.withMean ? mean_ : new Float64Array(mean_.length),
  factor: params.withStd ? scale_.map((value) => 1 / value) : new Float64Array(scale_.length).fill(1),
})

/**
 * Subtracts the mean of each feature and divides by its standard deviation.
 *
 * @example
 * Array.from(standardScaler().fitTransform([[1], [3]]).data) // [-1, 1]
 */
export const standardScaler = defineTransformer({
  kind: 'standardScaler',
  defaults,
  learned: ['mean_', 'var_', 'scale_'],
  fit: (X): StandardScalerLearned => {
    const mean_ = columnMeans(X)
    const var_ = columnVariances(X, mean_)
    // What rounding alone can make of the variance of a constant feature.
    const isConstant = (j: number) =>
      var_[j]! <= X.rows * Number.EPSILON * var_[j]! + (X.rows * mean_[j]! * Number.EPSILON) ** 2
    return { mean_, var_, scale_: var_.map((value, j) => (isConstant(j) ? 1 : Math.sqrt(value))) }
  },
  transform: (X, learned, params) => applyAffine(X, affineOf(learned, params)),
  emit: (learned, params, context, x) => ({ values: emitAffine(context, x, affineOf(learned, params)) }),
})
