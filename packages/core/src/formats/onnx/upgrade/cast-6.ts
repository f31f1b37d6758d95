import { dtypeInfo, dtypes } from '../../../base/dtype.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** The type was a name such as FLOAT, and is its code. */
export const cast = defineUpgrade({
  op: 'Cast',
  before: 6,
  convert: (node, c) => {
    const name = attributeOf(node, 'to', attr.optional.string())
    const dtype = dtypes.find((one) => dtypeInfo(one).onnx.toUpperCase() === name)
    return dtype
      ? withAttributes(node, { to: dtypeInfo(dtype).code })
      : c.cannot(`the attribute to must name an element type, got "${name ?? ''}"`)
  },
})
