/** Finds the first node whose results differ although everything that it reads agrees. */
import type { Graph, Node } from '../../ir/graph.ts'
import { readsOf } from '../../ir/graph.ts'
import { type Distance, distance, isWithin, limitOf } from './distance.ts'
import type { Values } from './run-values.ts'

export interface Divergence {
  readonly node: Node
  readonly index: number
  readonly value: string
  readonly distance: Distance | string
}

/** The tests for one value; undefined where it agrees. */
export function judge(name: string, got: Values, expected: Values): Distance | string | undefined {
  const [a, b] = [got.get(name), expected.get(name)]
  if (!a || !b) return undefined
  const found = distance(a, b)
  return typeof found !== 'string' && isWithin(found, limitOf(b)) ? undefined : found
}

/** Names of all values that the graph's own nodes make. */
export function madeValues({ nodes }: Graph): string[] {
  return nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''))
}

/**
 * The first node in the order of the graph with a result that differs. What stands before it agrees, so what it reads
 * does too. Values that one of the two does not have are passed over.
 */
export function firstDivergence(graph: Graph, got: Values, expected: Values): Divergence | undefined {
  for (const [index, node] of graph.nodes.entries()) {
    for (const value of node.outputs) {
      const found = value === '' ? undefined : judge(value, got, expected)
      if (found !== undefined) return { node, index, value, distance: found }
    }
  }
  return undefined
}

/** Values that a walk looks at, each with a run of its own, at most. */
const mostRuns = 200

/**
 * The same where asking for all values at once hides the fault, because nodes are then not joined to one kernel: walks
 * from a wrong output up to what it is made of, asking for one node's inputs at a time.
 */
export async function walkToDivergence(
  graph: Graph,
  output: string,
  expected: Values,
  runFor: (names: readonly string[]) => Promise<Values>,
): Promise<Divergence | undefined> {
  const makers = new Map(
    graph.nodes.flatMap((node, index) => node.outputs.map((name) => [name, { node, index }] as const)),
  )
  let at = makers.get(output)
  let found: Divergence | undefined
  let value = output
  const asked = new Set<string>()
  for (let runs = 0; at && runs < mostRuns; runs++) {
    const got = await runFor([value])
    const wrong = judge(value, got, expected)
    if (wrong === undefined) return found
    found = { ...at, value, distance: wrong }
    const inputs: string[] = readsOf(at.node).filter((name) => makers.has(name) && !asked.has(name))
    for (const name of inputs) asked.add(name)
    const next = await firstWrong(inputs, expected, runFor)
    if (next === undefined) return found
    value = next
    at = makers.get(next)
  }
  return found
}

async function firstWrong(
  names: readonly string[],
  expected: Values,
  runFor: (names: readonly string[]) => Promise<Values>,
): Promise<string | undefined> {
  for (const name of names) {
    if (judge(name, await runFor([name]), expected) !== undefined) return name
  }
  return undefined
}
