import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'
import { integers } from './helpers.ts'

/** The axis became an input, and its default is another one. */
export const dft = defineUpgrade({
  op: 'DFT',
  before: 20,
  convert: (node, c) => {
    const axis = integers(c, attributeOf(node, 'axis', attr.int(1)), 'axis')
    return withInputs(withAttributes(node, { axis: undefined }), [node.inputs[0], node.inputs[1], axis])
  },
})
