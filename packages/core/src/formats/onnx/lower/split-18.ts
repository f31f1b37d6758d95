import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from '../upgrade/attributes.ts'
import { integers, shapeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/** Parts of equal size need no number of parts; where the last one is smaller, the sizes are listed. */
export const split = defineLowering({
  op: 'Split',
  before: 18,
  convert: (node, c) => {
    const parts = attributeOf(node, 'num_outputs', attr.optional.int())
    if (parts === undefined) return node
    const bare = withAttributes(node, { num_outputs: undefined })
    if (node.inputs[1]) return bare
    const [input = ''] = node.inputs
    const axis = attributeOf(node, 'axis', attr.int(0))
    const size = shapeOf(input, c)?.at(axis)
    if (typeof size !== 'number') return c.cannot('the size that num_outputs divides must be known')
    if (parts !== node.outputs.length) return c.cannot('num_outputs must be the number of outputs')
    if (size % parts === 0) return bare
    const whole = Math.ceil(size / parts)
    const sizes = Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(whole, size - i * whole)))
    return withInputs(bare, [input, integers(c, sizes, 'split')])
  },
})
