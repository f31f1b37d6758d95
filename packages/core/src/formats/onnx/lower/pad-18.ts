import { withInputs } from '../upgrade/attributes.ts'
import { integers, shapeOf } from '../upgrade/helpers.ts'
import { defineLowering } from './define.ts'

/** Before version 18 pads were given for every axis; axes that are not padded get pads of 0. */
export const pad = defineLowering({
  op: 'Pad',
  before: 18,
  convert: (node, c) => {
    const [data = '', pads = '', value, axes = ''] = node.inputs
    if (axes === '') return node
    const rank = shapeOf(data, c)?.length ?? c.cannot('the rank of data must be known')
    const along = c.integersOf(axes) ?? c.cannot('the input axes must be known before the model runs')
    const given = c.integersOf(pads) ?? c.cannot('pads of some axes must be known before the model runs')
    const all = new Array<number>(2 * rank).fill(0)
    along.forEach((axis, i) => {
      const at = axis < 0 ? axis + rank : axis
      all[at] = given[i] ?? 0
      all[at + rank] = given[i + along.length] ?? 0
    })
    return withInputs(node, [data, integers(c, all, 'pads'), value])
  },
})
