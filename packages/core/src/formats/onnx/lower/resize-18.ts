import { literalTensor } from '../../../ir/builder.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from '../upgrade/attributes.ts'
import { integers, shapeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/** Sizes and scales were given for every axis: axes that keep their size have that size, and the scale 1. */
export const resize = defineLowering({
  op: 'Resize',
  before: 18,
  convert: (node, c) => {
    const [x = '', roi = '', scales = '', sizes = ''] = node.inputs
    const axes = attributeOf(node, 'axes', attr.optional.ints())
    if (!axes) return node
    if (roi !== '') return c.cannot('a region of interest (roi) of some axes came with version 18')
    const rank = shapeOf(x, c)?.length ?? c.cannot('the rank of X must be known')
    const at = axes.map((axis) => (axis < 0 ? axis + rank : axis))
    // Where each axis stands in the list of the axes, with something for the others after it.
    const whole = (list: string, rest: string, placeOfRest: (axis: number) => number) => {
      const places = Array.from({ length: rank }, (_, axis) =>
        at.includes(axis) ? at.indexOf(axis) : axes.length + placeOfRest(axis),
      )
      const joined = c.node('Concat', [list, rest], { axis: 0 })
      return c.node('Gather', [joined, integers(c, places, 'places')])
    }
    const one = c.constant(literalTensor('float32', [1]), 'one')
    return withInputs(withAttributes(node, { axes: undefined }), [
      x,
      undefined,
      scales === '' ? undefined : whole(scales, one, () => 0),
      sizes === '' ? undefined : whole(sizes, c.node('Shape', [x]), (axis) => axis),
    ])
  },
})
