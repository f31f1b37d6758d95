import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade, type UpgradeContext } from './define.ts'
import { scalarLike } from './helpers.ts'

/** The bounds became inputs. */
export const clip = defineUpgrade({
  op: 'Clip',
  before: 11,
  convert: (node, c) => {
    const bounds = [bound(node, 'min', c), bound(node, 'max', c)]
    return withInputs(withAttributes(node, { min: undefined, max: undefined }), [node.inputs[0], ...bounds])
  },
})

function bound(node: Node, name: string, c: UpgradeContext): string | undefined {
  const value = attributeOf(node, name, attr.optional.float())
  return value === undefined ? undefined : scalarLike(c, value, node.inputs[0]!, name)
}
