import { dtypeInfo } from '../../../base/dtype.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from '../upgrade/attributes.ts'
import { dtypeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/** The result had the type of the scale. */
export const dequantizeLinear = defineLowering({
  op: 'DequantizeLinear',
  before: 23,
  convert: (node, c) => {
    const code = attributeOf(node, 'output_dtype', attr.int(0))
    if (code === 0) return withAttributes(node, { output_dtype: undefined })
    const scale = dtypeOf(node.inputs[1] ?? '', c)
    if (!scale || dtypeInfo(scale).code !== code) {
      return c.cannot('a result of another type than the scale came with version 23')
    }
    return withAttributes(node, { output_dtype: undefined })
  },
})
