import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from '../upgrade/attributes.ts'
import { defineLowering } from './define.ts'

/** A size of 0 meant "as in the input" always, so that `allowzero` can be left out where no size is 0. */
export const reshape = defineLowering({
  op: 'Reshape',
  before: 14,
  convert: (node, c) => {
    const allowZero = attributeOf(node, 'allowzero', attr.int(0))
    if (allowZero !== 0 && c.integersOf(node.inputs[1] ?? '')?.includes(0) !== false) {
      return c.cannot('a shape that allows sizes of 0 must be known before the model runs and hold none')
    }
    return withAttributes(node, { allowzero: undefined })
  },
})
