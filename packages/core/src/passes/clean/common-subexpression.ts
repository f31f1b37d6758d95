import type { Attribute } from '../../ir/attribute.ts'
import { type Node, operatorText } from '../../ir/graph.ts'
import { definePass } from '../define.ts'
import type { GraphView } from '../graph-view.ts'
import { sameElements } from '../tensors.ts'

export const commonSubexpression = definePass({
  name: 'common-subexpression',
  priority: 800,
  doc: 'Nodes that compute the same become one. Random operators and control flow never do.',
  find: (view, report) => {
    const seen = new Map<string, Node[]>()
    const replace = new Map<string, string>()
    const remove: Node[] = []
    for (const node of view.graph.nodes) {
      const kept = keptBecause(view, node)
      if (kept !== undefined) {
        report(node, kept)
        continue
      }
      const key = keyOf(node, replace)
      const same = seen.get(key)?.find((other) => sameAttributes(other, node))
      if (!same) seen.set(key, [...(seen.get(key) ?? []), node])
      else if (node.outputs.some(view.isOutput)) report(node, 'an output of the graph must keep its name')
      else {
        remove.push(node)
        node.outputs.forEach((name, i) => name !== '' && replace.set(name, same.outputs[i]!))
      }
    }
    return remove.length === 0 ? undefined : { rule: 'common-subexpression', remove, replace }
  },
})

function keptBecause(view: GraphView, node: Node): string | undefined {
  const op = view.op(node)
  if (!op) return 'nothing is known of the operator'
  if (op.traits.has('random')) return 'equal inputs of a random operator need not give equal outputs'
  if (op.traits.has('barrier')) return 'a barrier is there to keep apart what is equal'
  return op.traits.has('control') ? 'control flow is never merged' : undefined
}

/** Equal for nodes of one operator over the same values, with the same outputs wanted. */
function keyOf(node: Node, replace: ReadonlyMap<string, string>): string {
  const inputs = node.inputs.map((name) => replace.get(name) ?? name)
  return JSON.stringify([
    operatorText(node),
    inputs,
    node.outputs.map((name) => name === ''),
    [...node.attributes.keys()].sort(),
  ])
}

function sameAttributes(a: Node, b: Node): boolean {
  return [...a.attributes].every(([name, value]) => sameAttribute(value, b.attributes.get(name)))
}

function sameAttribute(a: Attribute, b: Attribute | undefined): boolean {
  if (a.kind !== b?.kind) return false
  if (a.kind === 'tensor') return b.kind === 'tensor' && sameElements(a.value, b.value)
  if (Array.isArray(a.value)) {
    const other: readonly unknown[] = Array.isArray(b.value) ? b.value : []
    return a.value.length === other.length && a.value.every((item, i) => Object.is(item, other[i]))
  }
  return Object.is(a.value, b.value)
}
