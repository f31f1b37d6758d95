import { literalTensor } from '../../../ir/builder.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** The scales became an input. */
export const upsample = defineUpgrade({
  op: 'Upsample',
  before: 9,
  convert: (node, c) => {
    const list =
      attributeOf(node, 'scales', attr.optional.floats()) ?? c.cannot('the attribute scales must be given')
    const scales = c.constant(literalTensor('float32', list), 'scales')
    return withInputs(withAttributes(node, { scales: undefined }), [node.inputs[0], scales])
  },
})
