/** Which values of a graph a gradient passes through. */
import { isFloat } from '../base/dtype.ts'
import { type Node, readsOf } from '../ir/graph.ts'
import type { Fact } from '../ops/fact.ts'

/** Values that depend on one of `from` through numbers that can change by a little, those themselves included. */
export function dependents(
  nodes: readonly Node[],
  from: Iterable<string>,
  facts: ReadonlyMap<string, Fact>,
): ReadonlySet<string> {
  const reached = new Set(from)
  for (const node of nodes) {
    if (!readsOf(node).some((name) => reached.has(name))) continue
    for (const name of node.outputs) if (name !== '' && isContinuous(facts.get(name))) reached.add(name)
  }
  return reached
}

/** Integers, booleans and strings carry no gradient. What is not known may carry one. */
export function isContinuous(fact: Fact | undefined): boolean {
  return fact?.type.kind !== 'tensor' || isFloat(fact.type.dtype)
}
