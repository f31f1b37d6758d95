import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from '../upgrade/attributes.ts'
import { defineLowering } from './define.ts'

/** Version 10 did not shift coordinates by half a pixel. */
export const roiAlign = defineLowering({
  op: 'RoiAlign',
  before: 16,
  convert: (node, c) => {
    const mode = attributeOf(node, 'coordinate_transformation_mode', attr.string('half_pixel'))
    if (mode !== 'output_half_pixel') return c.cannot(`the coordinates "${mode}" came with version 16`)
    return withAttributes(node, { coordinate_transformation_mode: undefined })
  },
})
