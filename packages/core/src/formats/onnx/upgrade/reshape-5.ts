import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'
import { integers } from './helpers.ts'

/** The shape became an input. */
export const reshape = defineUpgrade({
  op: 'Reshape',
  before: 5,
  convert: (node, c) => {
    const shape =
      attributeOf(node, 'shape', attr.optional.ints()) ?? c.cannot('the attribute shape must be given')
    const bare = withAttributes(node, { shape: undefined, consumed_inputs: undefined })
    return withInputs(bare, [node.inputs[0], integers(c, shape, 'shape')])
  },
})
