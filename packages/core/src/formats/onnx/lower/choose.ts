/** Which operator sets a graph is written for, and the graph in their words. */
import { SlipwayError } from '../../../base/errors.ts'
import { type Graph, type Node, subgraphsOf } from '../../../ir/graph.ts'
import { leastIrVersion } from '../ir-version.ts'
import { quote } from '../quote.ts'
import { defaultOpset, irVersionOf, newestOpsets, type Opsets, opsetPublishedWith } from '../versions.ts'
import { lowerGraph } from './apply.ts'

export interface ExportTarget {
  /** Version of ai.onnx. */
  readonly opset?: number
  /** Versions of domains. */
  readonly opsets?: Opsets
}

export interface LoweredModel {
  readonly graph: Graph
  readonly opsets: Opsets
}

/**
 * The graph lowered to the wanted operator sets. A version that nobody asked for is the lowest one, from 21 on or from
 * that published with the version of ai.onnx on, that holds every node as it is.
 *
 * @throws SLP-F4 for versions that do not exist, SLP-F7 for a node that the wanted version cannot say.
 */
export function lowerForExport(graph: Graph, { opset, opsets = new Map() }: ExportTarget): LoweredModel {
  const wanted = opset ?? opsets.get('')
  const isOpen = wanted === undefined
  const open = new Set<string>(isOpen ? [''] : [])
  const chosen = new Map([['', wanted ?? openOpset(graph)]])
  for (const domain of domainsOf(graph)) {
    if (chosen.has(domain)) continue
    const version = opsets.get(domain)
    if (version === undefined) open.add(domain)
    chosen.set(domain, version ?? opsetPublishedWith(domain, chosen.get('')!))
  }
  for (const [domain, version] of chosen) checkVersion(domain, version)
  for (;;) {
    try {
      const lowered = lowerGraph(graph, { opsets: chosen, changes: isOpen ? 'none' : 'any' })
      return { graph: lowered, opsets: chosen }
    } catch (error) {
      const domain = refusedDomain(error, chosen)
      if (domain === undefined || !open.has(domain)) throw error
      const next = chosen.get(domain)! + 1
      if (next > (newestOpsets.get(domain) ?? 0)) throw error
      chosen.set(domain, next)
    }
  }
}

/** The lowest version whose usual IR version holds the graph's types and features. */
function openOpset(graph: Graph): number {
  const ir = leastIrVersion(graph)
  const newest = newestOpsets.get('')!
  let opset = defaultOpset
  while (opset < newest && irVersionOf(opset) < ir) opset++
  return opset
}

/** Insertion order is the order in which the graph names them. */
function domainsOf(graph: Graph, found: Set<string> = new Set()): ReadonlySet<string> {
  const visit = (node: Node) => {
    found.add(node.domain)
    for (const [, body] of subgraphsOf(node)) domainsOf(body, found)
  }
  graph.nodes.forEach(visit)
  return found
}

function checkVersion(domain: string, version: number): void {
  const newest = newestOpsets.get(domain) ?? 2 ** 31 - 1
  if (Number.isInteger(version) && version >= 1 && version <= newest) return
  const rule = `version of operator set ${quote(domain || 'ai.onnx')} must lie in [1, ${newest}]`
  throw new SlipwayError('SLP-F4', `Cannot write ONNX file: ${rule}, got ${version}`)
}

/** The domain of the node that could not be lowered. */
function refusedDomain(error: unknown, opsets: Opsets): string | undefined {
  if (!(error instanceof SlipwayError) || error.code !== 'SLP-F7') return undefined
  const operator = error.details.operator ?? ''
  const domain = operator.slice(0, Math.max(0, operator.lastIndexOf('.')))
  return opsets.has(domain) ? domain : undefined
}
