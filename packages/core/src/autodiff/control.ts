/** Gradients of operators that run bodies. */
import type { Graph, Node } from '../ir/graph.ts'
import { freeValues } from '../ir/graph.ts'
import type { AnyOp } from '../ops/define.ts'
import { isContinuous } from './activity.ts'
import type { AnyGradient, Passage } from './rule.ts'

export type ControlRule = Pick<AnyGradient, 'backward'> & Partial<Pick<AnyGradient, 'prepare'>>

/** The gradient of an operator that runs bodies: it works on the node itself. */
export function defineControlGradient(op: AnyOp, { prepare, backward }: ControlRule): AnyGradient {
  return { op, prepare: prepare ?? ((node) => node), backward }
}

/** The body that an attribute of the node holds. */
export function bodyOf(node: Node, name: string): Graph {
  const attribute = node.attributes.get(name)
  if (attribute?.kind === 'graph') return attribute.value
  throw new TypeError(`the operator requires the attribute ${name}`)
}

/** Values around a body that it reads and whose gradients are asked for. */
export function wantedCaptures({ b, wants }: Pick<Passage, 'b' | 'wants'>, body: Graph): string[] {
  return [...freeValues(body)].filter((name) => wants(name) && isContinuous(b.facts.get(name)))
}
