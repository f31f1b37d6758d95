import { literalTensor } from '../../../ir/builder.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** The ratio became an input. It is kept for those who train further; without training it has no effect. */
export const dropout = defineUpgrade({
  op: 'Dropout',
  before: 12,
  convert: (node, c) => {
    const ratio = c.constant(literalTensor('float32', attributeOf(node, 'ratio', attr.float(0.5))), 'ratio')
    return withInputs(withAttributes(node, { ratio: undefined }), [node.inputs[0], ratio])
  },
})
