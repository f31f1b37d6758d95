import { float } from '../../../ir/builder.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** The defaults were less exact. */
export const selu = defineUpgrade({
  op: 'Selu',
  before: 6,
  convert: (node) =>
    withAttributes(node, {
      consumed_inputs: undefined,
      alpha: float(attributeOf(node, 'alpha', attr.float(Math.fround(1.6732)))),
      gamma: float(attributeOf(node, 'gamma', attr.float(Math.fround(1.0507)))),
    }),
})
