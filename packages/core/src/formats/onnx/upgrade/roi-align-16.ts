import { withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** Version 10 did not shift coordinates by half a pixel; the default of version 16 does. */
export const roiAlign = defineUpgrade({
  op: 'RoiAlign',
  before: 16,
  convert: (node) => withAttributes(node, { coordinate_transformation_mode: 'output_half_pixel' }),
})
