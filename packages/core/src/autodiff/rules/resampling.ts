/** Gradients of operators that resample images. */
import { dtypeInfo } from '../../base/dtype.ts'
import { float } from '../../ir/builder.ts'
import { constantOf } from '../../ops/fact.ts'
import { resize } from '../../ops/resize.ts'
import { numbersIn } from '../../ops/shared/elements.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import { knownSize, unsupported } from '../known.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

/**
 * Resizing multiplies each axis with a matrix, whatever the mode. Resizing the unit matrix gives it, while the graph is
 * compiled; multiplying with it transposed takes the gradient back.
 */
export const resizeGradient = defineGradient(
  resize,
  ({ b, m, inputs: { X, roi, scales, sizes }, outputs: { Y: y }, attrs, gradients: { Y } }) => {
    const { keep_aspect_ratio_policy: policy, extrapolation_value: _, cubic_coeff_a: cubic, ...kept } = attrs
    if (policy !== 'stretch') unsupported('Resize', 'keep_aspect_ratio_policy must be stretch', policy)
    const isCrop = attrs.coordinate_transformation_mode === 'tf_crop_and_resize'
    const factors = scales === undefined || b.shape(scales)[0] === 0 ? undefined : listed(b, scales)
    const region = isCrop && roi !== undefined ? listed(b, roi) : undefined
    if (!factors && sizes === undefined) unsupported('Resize', 'scales or sizes must be given', 'none')
    const rank = b.shape(X).length
    const axes = attrs.axes ?? b.shape(X).map((_, axis) => axis)
    const back = (gradient: string, given: number, i: number): string => {
      const axis = given < 0 ? given + rank : given
      if (b.shape(X)[axis] === b.shape(y)[axis] && (factors?.[i] ?? 1) === 1 && !isCrop) return gradient
      const size = knownSize(b, 'Resize', X, axis)
      const shape = b.node('ConstantOfShape', [m.ints([size, size])])
      const unit = b.node('EyeLike', [shape], { dtype: dtypeInfo(b.dtype(X)).code })
      const part = region && b.literal('float32', [region[i]!, region[i + axes.length]!])
      const target = factors
        ? [b.literal('float32', [factors[i]!])]
        : [undefined, m.ints([knownSize(b, 'Resize', y, axis)])]
      const options = { ...kept, cubic_coeff_a: float(cubic), axes: [1] }
      return product(m, gradient, b.node('Resize', [unit, part, ...target], options), { axis, rank })
    }
    return { X: axes.reduce(back, Y) }
  },
)

/** An axis of a tensor times a matrix of as many columns. */
function product(
  m: Maths,
  x: string,
  matrix: string,
  { axis, rank }: { readonly axis: number; readonly rank: number },
): string {
  if (axis === rank - 2) return m.matmul(matrix, x)
  if (axis === rank - 1) return m.matmul(x, m.transpose(matrix, [1, 0]))
  const swap = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 2 : i === rank - 2 ? axis : i))
  return m.transpose(m.matmul(matrix, m.transpose(x, swap)), swap)
}

function listed(b: TypedBuilder, name: string): readonly number[] {
  const constant = constantOf(b.fact(name))
  return constant
    ? [...numbersIn(constant)]
    : unsupported('Resize', 'scales and roi must be known', `the computed value "${name}"`)
}
