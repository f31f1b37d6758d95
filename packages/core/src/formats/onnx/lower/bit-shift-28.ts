import { dtypeInfo } from '../../../base/dtype.ts'
import { literalTensor, toAttributes } from '../../../ir/builder.ts'
import { withInputs } from '../upgrade/attributes.ts'
import { dtypeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/**
 * Version 28 says what distances of the width and more do: they shift every bit out. Signed types came with it too.
 * Such elements are masked: by a product where the type is wide, because runtimes lack Where for uint64 and ONNX
 * lacked Mul for narrow types.
 */
export const bitShift = defineLowering({
  op: 'BitShift',
  before: 28,
  convert: (node, c) => {
    const [x = '', y = ''] = node.inputs
    const dtype = dtypeOf(x, c) ?? c.cannot('the element type of X must be known')
    const { bits, code } = dtypeInfo(dtype)
    if (!dtype.startsWith('uint')) return c.cannot(`${dtype} came with version 28`)
    if (c.integersOf(y)?.every((distance) => distance < bits)) return node
    const inside = c.node('Less', [y, c.constant(literalTensor(dtype, bits), 'bits')])
    const isWide = bits >= 32
    const other = isWide
      ? c.node('Cast', [inside], { to: code })
      : c.constant(literalTensor(dtype, 0), 'zero')
    const op = isWide ? 'Mul' : 'Where'
    const masked = (value: string) => (isWide ? [value, other] : [inside, value, other])
    const attributes = Object.fromEntries(node.attributes)
    const shifted = c.node('BitShift', [x, c.node(op, masked(y))], attributes, { at: 11 })
    return { ...withInputs(node, masked(shifted)), op, attributes: toAttributes({}) }
  },
})
