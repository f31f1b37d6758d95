import { dtypeInfo } from '../../../base/dtype.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'
import { dtypeOf, integers } from './helpers.ts'

/**
 * Scale and bias were per group and are per channel: each is repeated for the channels of its group. The
 * statistics were computed in the type of X and are in float32 unless said otherwise.
 */
export const groupNormalization = defineUpgrade({
  op: 'GroupNormalization',
  before: 21,
  convert: (node, c) => {
    const [x = '', scale, bias] = node.inputs
    const groups = attributeOf(node, 'num_groups', attr.optional.int())
    if (groups === undefined) return c.cannot('the attribute num_groups must be given')
    const dtype = dtypeOf(x, c) ?? c.cannot('the element type of X must be known')
    const channels = c.node('Shape', [x], { start: 1, end: 2 })
    const perGroup = c.node('Div', [channels, integers(c, [groups], 'groups')])
    const square = c.node('Concat', [integers(c, [1], 'one'), perGroup], { axis: 0 })
    const column = integers(c, [-1, 1], 'column')
    const flat = integers(c, [-1], 'flat')
    const repeated = [scale, bias].map((name) =>
      c.node('Reshape', [c.node('Expand', [c.node('Reshape', [name, column]), square]), flat]),
    )
    return withAttributes(withInputs(node, [x, ...repeated]), { stash_type: dtypeInfo(dtype).code })
  },
})
