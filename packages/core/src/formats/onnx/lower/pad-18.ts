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
    // Where in pads, with a 0 after it, the pad of each axis stands.
    const places = new Array<number>(2 * rank).fill(2 * along.length)
    along.forEach((axis, i) => {
      const at = axis < 0 ? axis + rank : axis
      places[at] = i
      places[at + rank] = i + along.length
    })
    const given = c.integersOf(pads)
    if (given) {
      const all = places.map((place) => given[place] ?? 0)
      return withInputs(node, [data, integers(c, all, 'pads'), value])
    }
    const extended = c.node('Concat', [pads, integers(c, [0], 'zero')], { axis: 0 })
    const all = c.node('Gather', [extended, integers(c, places, 'places')])
    return withInputs(node, [data, all, value])
  },
})
