import { tryDTypeOfCode } from '../../../base/dtype.ts'
import { narrow, wideZeros } from '../../../base/wide.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from '../upgrade/attributes.ts'
import { inputsWith, shapeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/** The type of the result was that of the zero point, so that one of zeros says it. */
export const quantizeLinear = defineLowering({
  op: 'QuantizeLinear',
  before: 21,
  convert: (node, c) => {
    const code = attributeOf(node, 'output_dtype', attr.int(0))
    const bare = withAttributes(node, { output_dtype: undefined })
    if (code === 0 || node.inputs[2]) return bare
    const shape = shapeOf(node.inputs[1] ?? '', c)
    const dtype = tryDTypeOfCode(code)
    const sizes = shape?.filter((size) => typeof size === 'number')
    if (!dtype || !sizes || sizes.length !== shape?.length) {
      return c.cannot('the shape of the scale must be known to say output_dtype as a zero point')
    }
    return withInputs(bare, inputsWith(bare, 2, c.constant(narrow(wideZeros(dtype, sizes)), 'zero_point')))
  },
})
