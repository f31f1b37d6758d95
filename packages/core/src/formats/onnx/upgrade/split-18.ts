import { withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** Without sizes, version 18 wants the number of parts said. */
export const split = defineUpgrade({
  op: 'Split',
  before: 18,
  convert: (node) => (node.inputs[1] ? node : withAttributes(node, { num_outputs: node.outputs.length })),
})
