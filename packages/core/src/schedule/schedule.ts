/** From a graph with known sizes to steps: kernel calls in order, and the nodes that the host runs between them. */
import type { Graph, Node } from '../ir/graph.ts'
import { readsOf } from '../ir/graph.ts'
import type { Buffer } from '../kernel/kernel.ts'
import type { Fact } from '../ops/fact.ts'
import { groupWorks } from './group.ts'
import { lowerGroup, type Step, scalarElement } from './lower-group.ts'
import { openRefs, type RefOptions, type Refs } from './refs.ts'
import { resolve } from './resolve.ts'
import { type ScheduleMemo, scheduleMemo } from './schedule-memo.ts'
import { type ResolveOptions, workName } from './treat.ts'
import type { Work } from './work.ts'

export interface Schedule {
  readonly steps: readonly Step[]
  readonly refs: Refs
  readonly facts: ReadonlyMap<string, Fact>
  /** Nodes from the first one on that has to run before sizes are known. */
  readonly rest: readonly Node[]
  readonly tables: ReadonlyMap<Buffer, Uint8Array>
}

export interface ScheduleOptions extends RefOptions, Omit<ResolveOptions, 'memo'> {
  /** Values that are read once the last step has run. */
  readonly wanted: ReadonlySet<string>
  /** Kept from one call for the graph to the next. */
  readonly memo?: ScheduleMemo | undefined
}

/**
 * @param given facts of the graph's inputs, with their sizes.
 * @throws the refusals of the operators.
 */
export function schedule(graph: Graph, given: ReadonlyMap<string, Fact>, options: ScheduleOptions): Schedule {
  const memo = options.memo ?? scheduleMemo()
  for (;;) {
    const refused = new Set<string>()
    const made = scheduleOnce(graph, given, { ...options, memo }, refused)
    const known = memo.doubtful.size
    // A node that has no kernel for these sizes may have a decomposition that has some.
    for (const name of refused) memo.doubtful.add(name)
    if (memo.doubtful.size === known) return made
  }
}

function scheduleOnce(
  graph: Graph,
  given: ReadonlyMap<string, Fact>,
  options: ScheduleOptions & ResolveOptions,
  refused: Set<string>,
): Schedule {
  const { target, threads, memo, checkCancelled } = options
  const { works: all, facts, constants, rest } = resolve(graph, given, options)
  const wanted = new Set([...options.wanted, ...rest.flatMap(readsOf)])
  const works = neededWorks(all, wanted)
  const refs = openRefs({ inputs: graph.inputs, constants }, works, facts, options)
  const tables = new Map<Buffer, Uint8Array>()
  const byHost = works.flatMap((work) =>
    work.kind === 'host' ? [...readsOf(work.node), ...work.node.outputs] : [],
  )
  const inputs = new Set(graph.inputs)
  const groups = groupWorks(works, {
    escaping: new Set([...wanted, ...byHost]),
    scalar(name) {
      const constant = inputs.has(name) ? undefined : refs.constant(name)
      const value = scalarElement(constant)
      return constant && value !== undefined ? { value, dtype: constant.dtype } : undefined
    },
  })
  const onRefusal = ({ node }: Work) => void refused.add(workName(node))
  const lowering = { target, threads, refs, memo, tables, onRefusal }
  const steps = groups.flatMap((group) => {
    checkCancelled?.()
    return lowerGroup(group, lowering)
  })
  return { steps, refs, facts, rest, tables }
}

/** Without the works whose results nobody reads. */
function neededWorks(works: readonly Work[], wanted: ReadonlySet<string>): readonly Work[] {
  const needed = new Set(wanted)
  const kept: Work[] = []
  for (const work of works.toReversed()) {
    if (!work.node.outputs.some((name) => needed.has(name))) continue
    kept.push(work)
    for (const name of readsOf(work.node)) needed.add(name)
  }
  return kept.reverse()
}
