import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'
import { integers } from './helpers.ts'

/** k became an input. */
export const topK = defineUpgrade({
  op: 'TopK',
  before: 10,
  convert: (node, c) => {
    const k = attributeOf(node, 'k', attr.optional.int())
    if (k === undefined) return c.cannot('the attribute k must be given')
    return withInputs(withAttributes(node, { k: undefined }), [node.inputs[0], integers(c, [k], 'k')])
  },
})
