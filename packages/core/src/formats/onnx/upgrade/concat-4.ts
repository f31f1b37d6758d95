import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** The axis had a default. */
export const concat = defineUpgrade({
  op: 'Concat',
  before: 4,
  convert: (node) => withAttributes(node, { axis: attributeOf(node, 'axis', attr.int(1)) }),
})
