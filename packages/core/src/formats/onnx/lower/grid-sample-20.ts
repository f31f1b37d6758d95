import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from '../upgrade/attributes.ts'
import { shapeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

const renamed: Readonly<Record<string, string>> = { linear: 'bilinear', cubic: 'bicubic' }

/** Pictures only, and modes had names of two dimensions. */
export const gridSample = defineLowering({
  op: 'GridSample',
  before: 20,
  convert: (node, c) => {
    const rank = shapeOf(node.inputs[0] ?? '', c)?.length
    if (rank !== 4) return c.cannot(`X must have rank 4, got ${rank === undefined ? 'an unknown one' : rank}`)
    const mode = attributeOf(node, 'mode', attr.string('linear'))
    return withAttributes(node, { mode: renamed[mode] ?? mode })
  },
})
