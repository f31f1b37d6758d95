/** Scaling that outliers do not move. */
import { refuseParam } from '../estimator.ts'
import { defineTransformer } from '../roles.ts'
import { type Affine, applyAffine, emitAffine, withoutZeros } from './affine.ts'
import { quantile, sortedColumn } from './columns.ts'

export interface RobustScalerParams {
  readonly withCentering: boolean
  readonly withScaling: boolean
  /** In percent. */
  readonly quantileRange: readonly [number, number]
}

export interface RobustScalerLearned {
  /** Medians. */
  readonly center_: Float64Array
  /** Distances between the quantiles; 1 for constant features. */
  readonly scale_: Float64Array
}

const defaults: RobustScalerParams = { withCentering: true, withScaling: true, quantileRange: [25, 75] }

const affineOf = ({ center_, scale_ }: RobustScalerLearned, params: RobustScalerParams): Affine => ({
  offset: params.withCentering ? center_ : new Float64Array(center_.length),
  factor: params.withScaling ? scale_.map((value) => 1 / value) : new Float64Array(scale_.length).fill(1),
})

/**
 * Subtracts the median of each feature and divides by the distance between two quantiles.
 *
 * @example
 * Array.from(robustScaler().fitTransform([[1], [2], [3], [4], [99]]).data).slice(0, 4) // [-1, -0.5, 0, 0.5]
 */
export const robustScaler = defineTransformer({
  kind: 'robustScaler',
  defaults,
  check: ({ quantileRange: [low, high] }) => {
    if (!(0 <= low && low < high && high <= 100)) {
      refuseParam('robustScaler', 'quantileRange', 'ascending percents', [low, high])
    }
  },
  learned: ['center_', 'scale_'],
  fit: (X, { quantileRange: [low, high] }): RobustScalerLearned => {
    const columns = Array.from({ length: X.columns }, (_, j) => sortedColumn(X, j))
    const ranges = columns.map((sorted) => quantile(sorted, high / 100) - quantile(sorted, low / 100))
    return {
      center_: Float64Array.from(columns, (sorted) => quantile(sorted, 0.5)),
      scale_: withoutZeros(Float64Array.from(ranges)),
    }
  },
  transform: (X, learned, params) => applyAffine(X, affineOf(learned, params)),
  emit: (learned, params, context, x) => ({ values: emitAffine(context, x, affineOf(learned, params)) }),
})
