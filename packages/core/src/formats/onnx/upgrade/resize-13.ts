import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade, type UpgradeContext } from './define.ts'
import { shapeOf } from './helpers.ts'

/**
 * Inputs that had to be there but empty are left out, and sizes rule over scales. The mode tf_half_pixel_for_nn
 * went: with nearest_mode floor it says floor((x + 0.5) / scale), which is half_pixel rounded half up; nothing else
 * says what it did otherwise.
 */
export const resize = defineUpgrade({
  op: 'Resize',
  before: 13,
  convert: (node, c) => {
    const [x, roi = '', scales = '', sizes] = node.inputs
    const isEmpty = (name: string) => shapeOf(name, c)?.[0] === 0
    return withInputs(withoutTensorFlowMode(node, c), [
      x,
      isEmpty(roi) ? undefined : roi,
      sizes || isEmpty(scales) ? undefined : scales,
      sizes,
    ])
  },
})

function withoutTensorFlowMode(node: Node, c: UpgradeContext): Node {
  const transformation = attributeOf(node, 'coordinate_transformation_mode', attr.string('half_pixel'))
  if (transformation !== 'tf_half_pixel_for_nn') return node
  const mode = attributeOf(node, 'mode', attr.string('nearest'))
  const rounding = attributeOf(node, 'nearest_mode', attr.string('round_prefer_floor'))
  if (mode !== 'nearest' || rounding !== 'floor') {
    return c.cannot('the mode tf_half_pixel_for_nn can be said for nearest_mode floor only')
  }
  return withAttributes(node, {
    coordinate_transformation_mode: 'half_pixel',
    nearest_mode: 'round_prefer_ceil',
  })
}
