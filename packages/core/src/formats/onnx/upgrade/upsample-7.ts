import { floats } from '../../../ir/builder.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** The two scales of an image became a list with one per axis, and bilinear became a case of linear. */
export const upsample = defineUpgrade({
  op: 'Upsample',
  before: 7,
  convert: (node, c) => {
    const [height, width] = ['height_scale', 'width_scale'].map(
      (name) =>
        attributeOf(node, name, attr.optional.float()) ?? c.cannot(`the attribute ${name} must be given`),
    )
    const mode = attributeOf(node, 'mode', attr.string('nearest'))
    return withAttributes(node, {
      height_scale: undefined,
      width_scale: undefined,
      scales: floats([1, 1, height!, width!]),
      mode: mode === 'bilinear' ? 'linear' : mode,
    })
  },
})
