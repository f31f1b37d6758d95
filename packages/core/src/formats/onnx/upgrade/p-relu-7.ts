import { withInputs } from './attributes.ts'
import { unsqueezeEnd } from './broadcast-7.ts'
import { defineUpgrade } from './define.ts'
import { shapeOf } from './helpers.ts'

/** A slope per channel belonged to axis 1; since version 7 shapes are aligned at their ends. */
export const pRelu = defineUpgrade({
  op: 'PRelu',
  before: 7,
  convert: (node, c) => {
    const [x = '', slope = ''] = node.inputs
    const own = shapeOf(slope, c)
    if (own?.every((size) => size === 1)) return node
    const whole = shapeOf(x, c)
    if (!own || !whole) return c.cannot('the ranks of X and slope must be known')
    const behind = own.length === 1 ? whole.length - 2 : 0
    return behind <= 0 ? node : withInputs(node, [x, unsqueezeEnd(slope, 1, behind, c)])
  },
})
