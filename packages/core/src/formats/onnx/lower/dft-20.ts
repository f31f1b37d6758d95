import { withAttributes, withInputs } from '../upgrade/attributes.ts'
import { defineLowering } from './define.ts'

/** The axis was an attribute; version 20 counts from the last but one where none is given. */
export const dft = defineLowering({
  op: 'DFT',
  before: 20,
  convert: (node, c) => {
    const [input, length, axis = ''] = node.inputs
    const [at] = axis === '' ? [-2] : (c.integersOf(axis) ?? [])
    if (at === undefined) return c.cannot('the input axis must be known before the model runs')
    return withAttributes(withInputs(node, [input, length]), { axis: at })
  },
})
