/** Features between -1 and 1, zeros kept. */
import { defineTransformer } from '../roles.ts'
import { type Affine, applyAffine, emitAffine, withoutZeros } from './affine.ts'
import { foldColumns } from './columns.ts'

export interface MaxAbsScalerLearned {
  readonly maxAbs_: Float64Array
  readonly scale_: Float64Array
}

const affineOf = ({ scale_ }: MaxAbsScalerLearned): Affine => ({
  offset: new Float64Array(scale_.length),
  factor: scale_.map((value) => 1 / value),
})

/**
 * Divides each feature by its greatest magnitude.
 *
 * @example
 * Array.from(maxAbsScaler().fitTransform([[-4], [0], [2]]).data) // [-1, 0, 0.5]
 */
export const maxAbsScaler = defineTransformer({
  kind: 'maxAbsScaler',
  defaults: {},
  learned: ['maxAbs_', 'scale_'],
  fit: (X): MaxAbsScalerLearned => {
    const maxAbs_ = foldColumns(X, 0, (most, value) => Math.max(most, Math.abs(value)))
    return { maxAbs_, scale_: withoutZeros(maxAbs_) }
  },
  transform: (X, learned) => applyAffine(X, affineOf(learned)),
  emit: (learned, _, context, x) => ({ values: emitAffine(context, x, affineOf(learned)) }),
})
