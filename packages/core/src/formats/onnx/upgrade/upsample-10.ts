import { withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/**
 * Upsample became a case of Resize: x_original = x / scale, and nearest means the element at or before it. The form
 * is that of version 13, where the region of interest may be left out.
 */
export const upsample = defineUpgrade({
  op: 'Upsample',
  before: 10,
  to: 13,
  convert: (node) => {
    const [x, scales] = node.inputs
    return withAttributes(
      { ...withInputs(node, [x, undefined, scales]), op: 'Resize' },
      { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    )
  },
})
