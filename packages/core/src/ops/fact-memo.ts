/**
 * Remembers what inference found for a node under the node and a hash of the facts that it reads, so that a graph of
 * which a patch changed little is inferred again in little time. Owned by whoever infers the same nodes repeatedly.
 */
import { dimText } from '../base/dim.ts'
import type { Tensor } from '../base/tensor.ts'
import { typeText, type ValueType } from '../base/value.ts'
import type { Graph, Node } from '../ir/graph.ts'
import type { Fact } from './fact.ts'

export type NodeFacts = readonly (Fact | undefined)[]

/** What inference found for a node, and on the way for the bodies in it. */
export interface NodeKnowledge {
  readonly outputs: NodeFacts
  readonly bodies: readonly (readonly [Graph, ReadonlyMap<string, Fact>])[]
}

export interface FactMemo {
  /** Remembered for the facts of all that the node reads, or computed and kept unless that throws. */
  node(node: Node, label: string, reads: NodeFacts, compute: () => NodeKnowledge): NodeKnowledge
  constant(value: Tensor, make: () => Fact): Fact
  declared(type: ValueType): Fact
}

/** A memo that keeps the facts of at most `most` nodes, those asked for last. */
export function factMemo(most = 16_384): FactMemo {
  const nodeIds = new WeakMap<Node, number>()
  const factIds = new WeakMap<Fact, number>()
  const idsByText = new Map<string, number>()
  const constants = new WeakMap<Tensor, Fact>()
  const declarations = new WeakMap<ValueType, Fact>()
  const kept = new Map<string, NodeKnowledge>()
  let last = 0
  const nodeId = (node: Node) => nodeIds.get(node) ?? keep(nodeIds, node, ++last)
  const factId = (fact: Fact): number => {
    const known = factIds.get(fact)
    if (known !== undefined) return known
    const text = factText(fact)
    return keep(factIds, fact, idsByText.get(text) ?? keep(idsByText, text, ++last))
  }
  return {
    node(node, label, reads, compute) {
      const key = `${nodeId(node)}:${reads.map((fact) => (fact ? factId(fact) : '')).join()}:${label}`
      const known = kept.get(key)
      if (known) kept.delete(key)
      else if (kept.size >= most) kept.delete(kept.keys().next().value!)
      return keep(kept, key, known ?? compute())
    },
    constant(value, make) {
      const known = constants.get(value)
      if (known) return known
      const fact = keep(constants, value, make())
      // A tensor is told by its identity: a text of its elements would find few equal ones, and cost more.
      keep(factIds, fact, ++last)
      return fact
    },
    declared: (type) => declarations.get(type) ?? keep(declarations, type, { type }),
  }
}

interface Recent {
  readonly label: string
  readonly reads: NodeFacts
  readonly knowledge: NodeKnowledge
}

/**
 * A memo that tells facts apart by identity, which costs next to nothing, and keeps for each node what it found last,
 * for up to `most` different reads. For callers that give the same objects for equal inputs.
 */
export function recentFacts(most = 4): FactMemo {
  const nodes = new WeakMap<Node, Recent[]>()
  const constants = new WeakMap<Tensor, Fact>()
  const declarations = new WeakMap<ValueType, Fact>()
  return {
    node(node, label, reads, compute) {
      const list = nodes.get(node) ?? keep(nodes, node, [])
      const at = list.findIndex((one) => one.label === label && isSame(one.reads, reads))
      const found = at < 0 ? { label, reads, knowledge: compute() } : list.splice(at, 1)[0]!
      list.unshift(found)
      if (list.length > most) list.pop()
      return found.knowledge
    },
    constant: (value, make) => constants.get(value) ?? keep(constants, value, make()),
    declared: (type) => declarations.get(type) ?? keep(declarations, type, { type }),
  }
}

function isSame(a: NodeFacts, b: NodeFacts): boolean {
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false
  return a.length === b.length
}

function keep<K, V>(map: { set(key: K, value: V): unknown }, key: K, value: V): V {
  map.set(key, value)
  return value
}

/** Equal exactly where all that is known is equal; elements print in full, -0 apart from 0. */
function factText({ type, value, constant }: Fact): string {
  const elements = constant ? Array.from<unknown, string>(constant.data, elementText).join() : ''
  return `${typeText(type)}|${value?.map(dimText).join() ?? ''}|${constant ? `${constant.shape}:${elements}` : ''}`
}

const elementText = (element: unknown): string =>
  typeof element === 'string' ? JSON.stringify(element) : Object.is(element, -0) ? '-0' : String(element)
