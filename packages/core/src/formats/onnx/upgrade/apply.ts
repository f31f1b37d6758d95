/**
 * Raises a Graph from the operator sets it was written for to the newest ones, step by step: each node passes
 * through the adapters of its operator whose version is above its own, in order.
 */
import { SlipwayError } from '../../../base/errors.ts'
import { type Graph, type Node, nodeLabel, operatorText } from '../../../ir/graph.ts'
import { definedNames, mapSubgraphs } from '../../../ir/rewrite.ts'
import { withNode } from '../../../ops/infer-node.ts'
import type { Upgrade, UpgradeContext } from './define.ts'
import { upgrades } from './registry.gen.ts'
import { type Workspace, workspace } from './workspace.ts'

const inOrder = [...upgrades].sort((a, b) => a.before - b.before)
const byOperator: ReadonlyMap<string, readonly Upgrade[]> = new Map(
  inOrder.map((one) => [
    operatorText(one),
    inOrder.filter((other) => operatorText(other) === operatorText(one)),
  ]),
)
/** The version of each domain from which nothing changes its meaning any more. */
const newestChange: ReadonlyMap<string, number> = new Map(
  inOrder.map(({ domain, before }) => [domain, before]),
)

/**
 * The same computation at the newest operator sets. Values keep their names; nodes and constants may be added.
 * Domains that `opsets` does not name pass through.
 *
 * @throws SLP-F7 where a node means something that the newest version of its operator cannot say.
 */
export function upgradeGraph(graph: Graph, opsets: ReadonlyMap<string, number>): Graph {
  const isOld = [...opsets].some(([domain, version]) => version < (newestChange.get(domain) ?? 0))
  return isOld ? raiseGraph(graph, { opsets, used: new Set(definedNames(graph)), path: 'graph' }) : graph
}

interface Scope {
  readonly opsets: ReadonlyMap<string, number>
  /** Every name of the model. */
  readonly used: Set<string>
  readonly path: string
  /** The graph around a body. */
  readonly outer?: Workspace
}

function raiseGraph(graph: Graph, scope: Scope): Graph {
  const work = workspace(graph, scope)
  graph.nodes.forEach((node, i) => {
    const path = `${scope.path}.node[${i}]`
    const raised = mapSubgraphs(node, (body, at) =>
      raiseGraph(body, { ...scope, path: `${path}.${at}`, outer: work }),
    )
    raise(raised, scope.opsets.get(node.domain) ?? Number.POSITIVE_INFINITY, work, path)
  })
  return work.finish()
}

/** Adds a node of one version of its operator set to the finished ones, through all adapters it needs. */
function raise(node: Node, version: number, work: Workspace, path: string): void {
  const upgrade = byOperator.get(operatorText(node))?.find(({ before }) => before > version)
  if (!upgrade) {
    work.add(node)
    return
  }
  const { before, to = before } = upgrade
  const draft = work.draft(node, version, (reason) => {
    throw new SlipwayError(
      'SLP-F7',
      `Cannot convert ${operatorText(node)} from version ${version} to ${before}: ${reason}`,
      {
        path,
        node: nodeLabel(node),
        operator: operatorText(node),
        remedy: 'Export the model at a newer operator set.',
      },
    )
  })
  const last = converted(upgrade, node, draft.context)
  for (const added of draft.nodes) raise(added.node, added.at ?? before, work, path)
  raise(last, to, work, path)
}

function converted(upgrade: Upgrade, node: Node, context: UpgradeContext): Node {
  try {
    return upgrade.convert(node, context)
  } catch (error) {
    throw withNode(
      error,
      node,
      node.inputs.map((name) => {
        const type = context.typeOf(name)
        return type && { type }
      }),
    )
  }
}
