import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** Until version 6 a node without is_test drops elements; version 7 cannot say that. */
export const dropout = defineUpgrade({
  op: 'Dropout',
  before: 7,
  convert: (node, c) => {
    if (attributeOf(node, 'is_test', attr.int(0)) === 0) {
      return c.cannot('a node without is_test drops elements at random')
    }
    return withAttributes({ ...node, outputs: node.outputs.slice(0, 1) }, { is_test: undefined })
  },
})
