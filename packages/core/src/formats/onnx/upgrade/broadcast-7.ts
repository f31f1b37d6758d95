/**
 * Before version 7 the second input was broadcast only on demand, and `axis` said where in the first one it began.
 * From then on the shapes are aligned at their ends.
 */
import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade, type Upgrade, type UpgradeContext } from './define.ts'
import { integers, shapeOf } from './helpers.ts'

function convert(node: Node, c: UpgradeContext): Node {
  const bare = withAttributes(node, { broadcast: undefined, axis: undefined })
  const axis = attributeOf(node, 'axis', attr.optional.int())
  if (axis === undefined || attributeOf(node, 'broadcast', attr.int(0)) === 0) return bare
  const [a = '', b = ''] = node.inputs
  const ranks = [a, b].map((name) => shapeOf(name, c)?.length)
  const [rankA, rankB] = [ranks[0] ?? unknown(a, c), ranks[1] ?? unknown(b, c)]
  const behind = rankA - rankB - (axis < 0 ? axis + rankA : axis)
  return behind <= 0 ? bare : withInputs(bare, [a, unsqueezeEnd(b, rankB, behind, c)])
}

function unknown(name: string, c: UpgradeContext): never {
  return c.cannot(`with an axis the rank of "${name}" must be known`)
}

/** A value with `count` axes of size 1 after its own ones. */
export function unsqueezeEnd(name: string, rank: number, count: number, c: UpgradeContext): string {
  const axes = Array.from({ length: count }, (_, i) => rank + i)
  return c.node('Unsqueeze', [name, integers(c, axes, 'axes')], {}, { at: 13 })
}

const broadcasting = (op: string): Omit<Upgrade, 'domain'> => ({ op, before: 7, convert })

export const add = defineUpgrade(broadcasting('Add'))
export const and = defineUpgrade(broadcasting('And'))
export const div = defineUpgrade(broadcasting('Div'))
export const equal = defineUpgrade(broadcasting('Equal'))
export const greater = defineUpgrade(broadcasting('Greater'))
export const less = defineUpgrade(broadcasting('Less'))
export const mul = defineUpgrade(broadcasting('Mul'))
export const or = defineUpgrade(broadcasting('Or'))
export const pow = defineUpgrade(broadcasting('Pow'))
export const sub = defineUpgrade(broadcasting('Sub'))
export const xor = defineUpgrade(broadcasting('Xor'))
