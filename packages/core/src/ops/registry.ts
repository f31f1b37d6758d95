/** Finds operator definitions by domain and name. The lists themselves are derived from the directory. */
import { loadOnDemand, onDemand } from '#operators-on-demand'
import { SlipwayError } from '../base/errors.ts'
import { type Graph, type Node, operatorText, subgraphsOf } from '../ir/graph.ts'
import type { AnyOp } from './define.ts'
import { operatorTable } from './operator-table.ts'
import { definitions } from './registry.gen.ts'

const table = operatorTable(definitions)

/** All definitions that are loaded. */
export function operators(): readonly AnyOp[] {
  return [...table.definitions, ...(onDemand()?.definitions ?? [])]
}

/**
 * The definition of an operator, or undefined for an unknown one. `''` is the domain ai.onnx.
 *
 * @throws SLP-O3 where not all operators are loaded and those that are do not have it.
 */
export function tryFindOp(domain: string, name: string): AnyOp | undefined {
  const found = table.find(domain, name)
  if (found) return found
  const rest = onDemand()
  if (rest) return rest.find(domain, name)
  throw new SlipwayError(
    'SLP-O3',
    `Cannot find operator: its definition must be loaded, got "${operatorText({ domain, op: name })}"`,
    { remedy: 'Await loadOperators() first.' },
  )
}

/**
 * Loads the operators that are still missing: those that a graph needs, or all of them. In Node all are there from the
 * start. `createSession` does this by itself.
 */
export async function loadOperators(graph?: Graph): Promise<void> {
  if (!graph || needsMore(graph)) await loadOnDemand()
}

/** Loads the operators that nodes of these names need. */
export async function loadOperatorsNamed(names: Iterable<Pick<Node, 'domain' | 'op'>>): Promise<void> {
  for (const { domain, op } of names) if (isOnDemand(domain, op)) return loadOnDemand()
}

function needsMore({ nodes }: Graph): boolean {
  return nodes.some(
    (node) => isOnDemand(node.domain, node.op) || subgraphsOf(node).some(([, body]) => needsMore(body)),
  )
}

function isOnDemand(domain: string, name: string): boolean {
  return table.find(domain, name)?.traits.has('quantization') ?? true
}
