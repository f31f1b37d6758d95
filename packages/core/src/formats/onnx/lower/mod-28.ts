import { isInteger } from '../../../base/dtype.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf } from '../upgrade/attributes.ts'
import { dtypeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/** Floored remainders (fmod 0) were for integers only. */
export const mod = defineLowering({
  op: 'Mod',
  before: 28,
  convert: (node, c) => {
    if (attributeOf(node, 'fmod', attr.int(0)) === 1) return node
    const dtype = dtypeOf(node.inputs[0] ?? '', c) ?? c.cannot('the element type of A must be known')
    return isInteger(dtype) ? node : c.cannot(`fmod 0 was for integers only, got ${dtype}`)
  },
})
