import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** Version 1 took the sizes as an input too, which version 2 did not. */
export const split = defineUpgrade({
  op: 'Split',
  before: 2,
  convert: (node, c) => {
    const [input, sizes] = node.inputs
    if (!sizes || attributeOf(node, 'split', attr.optional.ints())) return withInputs(node, [input])
    const value = c.constantOf(sizes) ?? c.cannot(`the sizes "${sizes}" must be known before the model runs`)
    return withInputs(withAttributes(node, { split: Array.from(value.data, Number) }), [input])
  },
})
