/**
 * Runs passes over a graph and its bodies until none of them finds anything, within a bounded number of rounds.
 *
 * In a round every pass of a phase runs in order, each until it finds nothing more. A phase settles before the next
 * begins, and a change brings the first phase back.
 */
import { SlipwayError } from '../base/errors.ts'
import { freshNames } from '../ir/fresh-names.ts'
import type { Graph } from '../ir/graph.ts'
import { subgraphsOf } from '../ir/graph.ts'
import { applyPatch } from '../ir/patch.ts'
import { mapSubgraphs } from '../ir/rewrite.ts'
import { assertGraph } from '../ir/verify.ts'
import { factMemo } from '../ops/fact-memo.ts'
import { type Batch, findBatch } from './batch.ts'
import { inOrder, type Pass, phaseSize } from './define.ts'
import { type GraphView, graphView } from './graph-view.ts'
import { defaultPasses } from './registry.ts'

export interface PassEvent {
  readonly pass: Pass
  /** The whole graph after the pass, where `isBody` is false; the body after it, where it is true. */
  readonly graph: Graph
  readonly isBody: boolean
  /** How often the pass fired. */
  readonly count: number
  readonly round: number
}

export interface OptimizeLimits {
  /** Rounds through all passes of a phase. */
  readonly rounds: number
  /** Calls of one pass within a round. */
  readonly steps: number
}

export interface OptimizeOptions {
  /** The passes to run, in any order; all of Slipway's own unless given. */
  readonly passes?: readonly Pass[]
  /** Called after each pass that changed something. */
  readonly onPass?: (event: PassEvent) => void
  readonly limits?: Partial<OptimizeLimits>
  /** Checks the graph against the IR's rules after each pass; for tests and for finding faults. */
  readonly verify?: boolean
}

export interface Optimized {
  readonly graph: Graph
  /** How often each pass fired, by name, in the order of their first firing. */
  readonly fired: ReadonlyMap<string, number>
  /** False where the limits ended the work before every pass had nothing more to do. */
  readonly settled: boolean
}

const defaultOptimizeLimits: OptimizeLimits = { rounds: 30, steps: 100 }

/**
 * A graph that computes the same with less work. Inputs and outputs keep names, order and types.
 *
 * @example
 * const b = graphBuilder()
 * const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 3] })
 * const y = b.node('Relu', [b.node('Identity', [x])])
 * const { graph, fired } = optimize(b.build([y]))
 * graph.nodes.map((node) => node.op) // ['Relu']
 */
export function optimize(graph: Graph, options: OptimizeOptions = {}): Optimized {
  const fired = new Map<string, number>()
  const run: Run = {
    passes: inOrder(options.passes ?? defaultPasses),
    limits: { ...defaultOptimizeLimits, ...options.limits },
    verify: options.verify ?? false,
    record(event) {
      fired.set(event.pass.name, (fired.get(event.pass.name) ?? 0) + event.count)
      options.onPass?.(event)
    },
  }
  const shared = { memo: factMemo(), fresh: freshNames(graph) }
  const result = settle(graphView(graph, shared), run, false)
  return { ...result, fired }
}

interface Run {
  readonly passes: readonly Pass[]
  readonly limits: OptimizeLimits
  readonly verify: boolean
  record(event: PassEvent): void
}

interface Settled {
  readonly graph: Graph
  readonly settled: boolean
}

function settle(start: GraphView, run: Run, isBody: boolean): Settled {
  const phases = byPhase(run.passes)
  /** The graph in which each pass found nothing. */
  const quiet = new Map<Pass, Graph>()
  let view = start
  for (let phase = 0, round = 0; ; round++) {
    if (round >= run.limits.rounds) return { graph: view.graph, settled: false }
    const before = view.graph
    const passes = phases[phase] ?? []
    for (const pass of passes) view = repeat(pass, view, run, { quiet, round, isBody })
    if (view.graph !== before) {
      phase = 0
    } else if (phase < phases.length - 1) {
      phase++
    } else {
      const inner = settleBodies(view, run, isBody)
      if (inner.graph === view.graph) return inner
      view = view.again(inner.graph)
      phase = 0
    }
  }
}

function byPhase(passes: readonly Pass[]): readonly (readonly Pass[])[] {
  const phaseOf = ({ priority }: Pass) => Math.floor(priority / phaseSize)
  const list = [...new Set(passes.map(phaseOf))]
  return list.map((phase) => passes.filter((pass) => phaseOf(pass) === phase))
}

interface Place {
  readonly quiet: Map<Pass, Graph>
  readonly round: number
  readonly isBody: boolean
}

/** Runs one pass until it finds nothing more. */
function repeat(pass: Pass, start: GraphView, run: Run, place: Place): GraphView {
  let view = start
  if (place.quiet.get(pass) === view.graph) return view
  for (let step = 0; step < run.limits.steps; step++) {
    const found = findOnce(pass, view)
    if (!found) {
      place.quiet.set(pass, view.graph)
      return view
    }
    const graph = tryApply(view.graph, found, run)
    if (!graph) {
      place.quiet.set(pass, view.graph)
      return view
    }
    view = view.again(graph)
    if (run.verify && !place.isBody) assertGraph(view.graph)
    run.record({ pass, graph: view.graph, isBody: place.isBody, count: found.count, round: place.round })
  }
  return view
}

/** A patch that does not fit is a fault of its pass, which must not keep a model from running. */
function tryApply(graph: Graph, { patch }: Batch, run: Run): Graph | undefined {
  try {
    return applyPatch(graph, patch)
  } catch (error) {
    if (run.verify || !(error instanceof SlipwayError)) throw error
    return undefined
  }
}

function findOnce(pass: Pass, view: GraphView): Batch | undefined {
  if (!('find' in pass)) return findBatch(pass, view)
  const patch = pass.find(view, () => {})
  return patch && { patch, count: Math.max(1, patch.remove?.length ?? 0) }
}

/** The graph with each of its bodies settled. */
function settleBodies(view: GraphView, run: Run, isBody: boolean): Settled {
  let settled = true
  const nodes = view.graph.nodes.map((node) =>
    subgraphsOf(node).length === 0
      ? node
      : mapSubgraphs(node, (body) => {
          const result = settle(view.inside(body), run, true)
          settled &&= result.settled
          return result.graph
        }),
  )
  const isSame = nodes.every((node, i) => node === view.graph.nodes[i])
  if (isSame) return { graph: view.graph, settled }
  const graph = { ...view.graph, nodes }
  // What a body captures is defined around it, so that only the whole graph can be checked.
  if (run.verify && !isBody) assertGraph(graph)
  return { graph, settled }
}
