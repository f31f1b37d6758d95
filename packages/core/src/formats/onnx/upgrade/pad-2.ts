import { withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** The attribute got another name. */
export const pad = defineUpgrade({
  op: 'Pad',
  before: 2,
  convert: (node) => withAttributes(node, { paddings: undefined, pads: node.attributes.get('paddings') }),
})
