/** Why a pass leaves the nodes of a graph alone: the matches that came furthest, each with what stood in the way. */
import { SlipwayError } from '../base/errors.ts'
import { freshNames } from '../ir/fresh-names.ts'
import { type Graph, type Node, nodeLabel, operatorText, subgraphsOf } from '../ir/graph.ts'
import { factMemo } from '../ops/fact-memo.ts'
import type { Pass, PatternPass } from './define.ts'
import { type GraphView, graphView } from './graph-view.ts'
import { type OnMiss, rootsOf } from './match.ts'
import { defaultPasses, tryFindPass } from './registry.ts'
import { tryRewrite } from './rewrite.ts'

export interface WhyNot {
  /** The node where the pass could have begun. */
  readonly node: string
  readonly operator: string
  /** Nodes that matched before the search ended. */
  readonly matched: number
  readonly reason: string
  /** The node at which the search ended. */
  readonly at: string
}

/**
 * The partial matches of a pass in a graph as it is, the best first. A place where the pass would fire is not listed.
 *
 * @throws SLP-C1 for a name that no pass has.
 */
export function whyNot(
  graph: Graph,
  rule: string,
  { passes = defaultPasses }: { readonly passes?: readonly Pass[] } = {},
): readonly WhyNot[] {
  const pass = tryFindPass(rule, passes)
  if (!pass) {
    const names = passes.map(({ name }) => name).join(', ')
    throw new SlipwayError('SLP-C1', `Cannot explain: the rule must be one of ${names}, got "${rule}"`)
  }
  const found: WhyNot[] = []
  walk(graphView(graph, { memo: factMemo(), fresh: freshNames(graph) }), pass, found)
  return found.sort((a, b) => b.matched - a.matched)
}

function walk(view: GraphView, pass: Pass, found: WhyNot[]): void {
  found.push(...missesOf(view, pass))
  for (const node of view.graph.nodes) {
    for (const [, body] of subgraphsOf(node)) walk(view.inside(body), pass, found)
  }
}

function missesOf(view: GraphView, pass: Pass): WhyNot[] {
  if ('find' in pass) {
    const list: WhyNot[] = []
    pass.find(view, (node, reason) => list.push(entry(node, 1, node, reason)))
    return list
  }
  const roots = new Set(pass.patterns.flatMap((pattern) => rootsOf(pattern, view)))
  return [...roots].flatMap((root) => missAt(view, pass, root) ?? [])
}

/** The furthest that a pass comes at a node. Ways that end equally far are all told. */
function missAt(view: GraphView, pass: PatternPass, root: Node): WhyNot | undefined {
  let best: { readonly matched: number; readonly at: Node; readonly reasons: Set<string> } | undefined
  const onMiss: OnMiss = (matched, at, reason) => {
    if (matched === 0 || (best && matched < best.matched)) return
    if (best?.matched === matched) best.reasons.add(reason)
    else best = { matched, at: at ?? root, reasons: new Set([reason]) }
  }
  const fires = pass.patterns.some((pattern) => tryRewrite(pass, pattern, root, view, onMiss))
  return fires || !best ? undefined : entry(root, best.matched, best.at, [...best.reasons].join('; or '))
}

function entry(node: Node, matched: number, at: Node, reason: string): WhyNot {
  return { node: nodeLabel(node), operator: operatorText(node), matched, reason, at: nodeLabel(at) }
}
