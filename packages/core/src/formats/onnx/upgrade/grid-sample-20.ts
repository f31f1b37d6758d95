import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

const renamed: Readonly<Record<string, string>> = { bilinear: 'linear', bicubic: 'cubic' }

/** Modes got names that fit any number of axes. */
export const gridSample = defineUpgrade({
  op: 'GridSample',
  before: 20,
  convert: (node) => {
    const mode = attributeOf(node, 'mode', attr.string('bilinear'))
    return withAttributes(node, { mode: renamed[mode] ?? mode })
  },
})
