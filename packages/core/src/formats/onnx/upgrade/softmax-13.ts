/**
 * Before version 13 these operators saw their input as a matrix: the axes before `axis` were its rows, all others
 * its columns. From then on they work along one axis.
 */
import type { Dim } from '../../../base/dim.ts'
import { toAttributes } from '../../../ir/builder.ts'
import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade, type UpgradeContext } from './define.ts'
import { shapeOf } from './helpers.ts'

function convert(node: Node, c: UpgradeContext): Node {
  const [input = ''] = node.inputs
  const axis = attributeOf(node, 'axis', attr.int(1))
  const shape = shapeOf(input, c)
  const single = shape ? onlyAxis(shape, axis) : axis === -1 ? -1 : undefined
  if (single !== undefined) return withAttributes(node, { axis: single })
  const flat = c.node('Flatten', [input], { axis })
  const rows = c.node(node.op, [flat], { axis: -1 })
  const whole = c.node('Shape', [input], {}, { at: 15 })
  // A size of 0 is a size here, not "as in the input".
  return { ...withInputs(node, [rows, whole]), op: 'Reshape', attributes: toAttributes({ allowzero: 1 }) }
}

/** The axis that alone makes up the columns: the others from `axis` on have size 1. */
function onlyAxis(shape: readonly Dim[], axis: number): number | undefined {
  const from = axis < 0 ? axis + shape.length : axis
  const columns = shape.map((size, i) => ({ size, i })).slice(from)
  const long = columns.filter(({ size }) => size !== 1)
  return long.length > 1 || columns.length === 0 ? undefined : (long[0]?.i ?? from)
}

export const softmax = defineUpgrade({ op: 'Softmax', before: 13, convert })
export const logSoftmax = defineUpgrade({ op: 'LogSoftmax', before: 13, convert })
export const hardmax = defineUpgrade({ op: 'Hardmax', before: 13, convert })
