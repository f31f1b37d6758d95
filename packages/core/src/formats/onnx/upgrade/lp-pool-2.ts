/** p was a float and is an integer. */
import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade, type UpgradeContext } from './define.ts'

function convert(node: Node, c: UpgradeContext): Node {
  const p = attributeOf(node, 'p', attr.float(2))
  return Number.isInteger(p) ? withAttributes(node, { p }) : c.cannot(`p must be an integer, got ${p}`)
}

export const lpPool = defineUpgrade({ op: 'LpPool', before: 2, convert })
export const globalLpPool = defineUpgrade({ op: 'GlobalLpPool', before: 2, convert })
