import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'
import { integers, scalarLike } from './helpers.ts'

/** The pads and the value became inputs. */
export const pad = defineUpgrade({
  op: 'Pad',
  before: 11,
  convert: (node, c) => {
    const list =
      attributeOf(node, 'pads', attr.optional.ints()) ?? c.cannot('the attribute pads must be given')
    const value = attributeOf(node, 'value', attr.float(0))
    const [data = ''] = node.inputs
    const fill = Object.is(value, 0) ? undefined : scalarLike(c, value, data, 'value')
    const bare = withAttributes(node, { pads: undefined, value: undefined })
    return withInputs(bare, [data, integers(c, list, 'pads'), fill])
  },
})
