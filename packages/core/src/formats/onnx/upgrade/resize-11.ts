import { literalTensor } from '../../../ir/builder.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/**
 * Version 10 knew x_original = x / scale only. Nearest took the element at or before that place where an axis
 * grows, and the one at or after it where an axis shrinks, so that an image that does both is resized twice; axes
 * are independent of each other there. (The text of version 10 leaves the rounding open; this is what its
 * conformance tests and onnxruntime compute.) The form is that of version 13, where the region of interest may be
 * left out.
 */
export const resize = defineUpgrade({
  op: 'Resize',
  before: 11,
  to: 13,
  convert: (node, c) => {
    const [x, scales = ''] = node.inputs
    const resized = (scale: string, rounding: string) =>
      withAttributes(withInputs(node, [x, undefined, scale]), {
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: rounding,
      })
    if (attributeOf(node, 'mode', attr.string('nearest')) !== 'nearest') return resized(scales, 'floor')
    const known = c.constantOf(scales)
    const factors = known && Array.from(known.data, Number)
    if (factors?.every((factor) => factor >= 1)) return resized(scales, 'floor')
    if (factors?.every((factor) => factor <= 1)) return resized(scales, 'ceil')
    const one = c.constant(literalTensor('float32', 1), 'one')
    const first = resized(c.node('Min', [scales, one], {}, { at: 13 }), 'ceil')
    const smaller = c.node('Resize', first.inputs, Object.fromEntries(first.attributes), { at: 13 })
    const last = resized(c.node('Max', [scales, one], {}, { at: 13 }), 'floor')
    return withInputs(last, [smaller, ...last.inputs.slice(1)])
  },
})
