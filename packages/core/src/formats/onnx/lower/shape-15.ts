import { toAttributes } from '../../../ir/builder.ts'
import { withInputs } from '../upgrade/attributes.ts'
import { integers } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/** A part of the shape is cut out of the whole one. Slice clamps its ends as Shape does. */
export const shape = defineLowering({
  op: 'Shape',
  before: 15,
  convert: (node, c) => {
    const start = node.attributes.get('start')
    const end = node.attributes.get('end')
    if (!start && !end) return node
    const bound = (attribute: typeof start, otherwise: number) =>
      attribute?.kind === 'int' ? Number(attribute.value) : otherwise
    const whole = c.node('Shape', node.inputs)
    const from = integers(c, [bound(start, 0)], 'start')
    const to = integers(c, [bound(end, Number.MAX_SAFE_INTEGER)], 'end')
    return { ...withInputs(node, [whole, from, to]), op: 'Slice', attributes: toAttributes({}) }
  },
})
