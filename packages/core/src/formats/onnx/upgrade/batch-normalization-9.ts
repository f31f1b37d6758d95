import { toAttributes } from '../../../ir/builder.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'
import { integers } from './helpers.ts'

/**
 * With spatial = 0 each element of an instance had statistics of its own: the same as channels of size 1 after
 * flattening the instances.
 */
export const batchNormalization = defineUpgrade({
  op: 'BatchNormalization',
  before: 9,
  convert: (node, c) => {
    const bare = withAttributes(node, { spatial: undefined })
    if (attributeOf(node, 'spatial', attr.int(1)) !== 0) return bare
    const [x, ...parameters] = node.inputs
    if (node.outputs.slice(1).some((name) => name !== '')) {
      return c.cannot('training with spatial = 0 is not supported any more')
    }
    const flat = c.node('Flatten', [x], { axis: 1 })
    const vector = integers(c, [-1], 'vector')
    const vectors = parameters.map((name) => c.node('Reshape', [name, vector]))
    const y = c.node(node.op, [flat, ...vectors], Object.fromEntries(bare.attributes))
    const whole = c.node('Shape', [x], {}, { at: 15 })
    const reshape = { ...withInputs(node, [y, whole]), op: 'Reshape', outputs: node.outputs.slice(0, 1) }
    return { ...reshape, attributes: toAttributes({ allowzero: 1 }) }
  },
})
