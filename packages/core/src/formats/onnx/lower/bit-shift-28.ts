import { dtypeInfo } from '../../../base/dtype.ts'
import { literalTensor, toAttributes } from '../../../ir/builder.ts'
import { withInputs } from '../upgrade/attributes.ts'
import { dtypeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/** Version 28 says what distances of the width and more do: they shift every bit out. Signed types came with it too. */
export const bitShift = defineLowering({
  op: 'BitShift',
  before: 28,
  convert: (node, c) => {
    const [x = '', y = ''] = node.inputs
    const dtype = dtypeOf(x, c) ?? c.cannot('the element type of X must be known')
    const { bits } = dtypeInfo(dtype)
    if (c.integersOf(y)?.every((distance) => distance < bits)) return node
    if (!dtype.startsWith('uint')) return c.cannot(`${dtype} came with version 28`)
    const inside = c.node('Less', [y, c.constant(literalTensor(dtype, bits), 'bits')])
    const zero = c.constant(literalTensor(dtype, 0), 'zero')
    const distance = c.node('Where', [inside, y, zero])
    const attributes = Object.fromEntries(node.attributes)
    const shifted = c.node('BitShift', [x, distance], attributes, { at: 11 })
    return { ...withInputs(node, [inside, shifted, zero]), op: 'Where', attributes: toAttributes({}) }
  },
})
