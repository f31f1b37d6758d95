/** Features between two bounds. */
import { refuseParam } from '../estimator.ts'
import { defineTransformer } from '../roles.ts'
import { type Affine, applyAffine, emitAffine, withoutZeros } from './affine.ts'
import { foldColumns } from './columns.ts'

export interface MinMaxScalerParams {
  readonly featureRange: readonly [number, number]
}

export interface MinMaxScalerLearned {
  readonly dataMin_: Float64Array
  readonly dataMax_: Float64Array
  readonly scale_: Float64Array
}

const defaults: MinMaxScalerParams = { featureRange: [0, 1] }

const affineOf = (
  { dataMin_, scale_ }: MinMaxScalerLearned,
  { featureRange }: MinMaxScalerParams,
): Affine => ({
  offset: dataMin_.map((least, j) => least - featureRange[0] / scale_[j]!),
  factor: scale_,
})

/**
 * Maps the least value of each feature to the lower bound and the greatest to the upper one.
 *
 * @example
 * Array.from(minMaxScaler().fitTransform([[2], [3], [4]]).data) // [0, 0.5, 1]
 */
export const minMaxScaler = defineTransformer({
  kind: 'minMaxScaler',
  defaults,
  check: ({ featureRange: [low, high] }) => {
    if (!(low < high)) refuseParam('minMaxScaler', 'featureRange', 'ascending', [low, high])
  },
  learned: ['dataMin_', 'dataMax_', 'scale_'],
  fit: (X, { featureRange: [low, high] }): MinMaxScalerLearned => {
    const dataMin_ = foldColumns(X, Number.POSITIVE_INFINITY, Math.min)
    const dataMax_ = foldColumns(X, Number.NEGATIVE_INFINITY, Math.max)
    const range = withoutZeros(dataMax_.map((most, j) => most - dataMin_[j]!))
    return { dataMin_, dataMax_, scale_: range.map((value) => (high - low) / value) }
  },
  transform: (X, learned, params) => applyAffine(X, affineOf(learned, params)),
  emit: (learned, params, context, x) => ({ values: emitAffine(context, x, affineOf(learned, params)) }),
})
