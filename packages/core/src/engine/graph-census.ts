/** What a graph is made of: its operators and values, and whether those that are asked for are among them. */
import { SlipwayError } from '../base/errors.ts'
import { type Graph, operatorText, subgraphsOf } from '../ir/graph.ts'
import { tryFindOp } from '../ops/registry.ts'
import { nameHint } from './nearest-name.ts'

/** Nodes by operator, subgraphs included, in the order of first use. */
export function countOperators(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const walk = ({ nodes }: Graph): void => {
    for (const node of nodes) {
      const operator = operatorText(node)
      counts.set(operator, (counts.get(operator) ?? 0) + 1)
      for (const [, body] of subgraphsOf(node)) walk(body)
    }
  }
  walk(graph)
  return counts
}

/** Throws SLP-O3 that names every operator of the graph that has no definition. */
export function assertOperatorsKnown(graph: Graph): void {
  const unknown = new Set<string>()
  const walk = ({ nodes }: Graph): void => {
    for (const node of nodes) {
      const op = tryFindOp(node.domain, node.op)
      if (!op || op.deprecated) unknown.add(operatorText(node))
      for (const [, body] of subgraphsOf(node)) walk(body)
    }
  }
  walk(graph)
  if (unknown.size === 0) return
  throw new SlipwayError(
    'SLP-O3',
    `Cannot prepare graph "${graph.name}": its operators must be known, got ${[...unknown].join(', ')}`,
  )
}

/** Every value a run of the graph can return. */
export function valueNames({ inputs, constants, nodes }: Graph): ReadonlySet<string> {
  const names = new Set([...inputs, ...constants.keys(), ...nodes.flatMap(({ outputs }) => outputs)])
  names.delete('')
  return names
}

/** Throws SLP-S5 for an output that is none of the names. */
export function assertValues(outputs: Iterable<string>, names: ReadonlySet<string>): void {
  for (const name of outputs) if (!names.has(name)) throw unknownOutput(name, names)
}

export function unknownOutput(name: string, names: Iterable<string>): SlipwayError {
  const remedy = nameHint(name, names)
  return new SlipwayError(
    'SLP-S5',
    `Cannot return output: no value has this name, got "${name}"`,
    remedy === undefined ? {} : { remedy },
  )
}
