/** From a graph with known sizes to steps: kernel calls in order, and the nodes that the host runs between them. */
import type { Graph, Node } from '../ir/graph.ts'
import { readsOf } from '../ir/graph.ts'
import type { Buffer } from '../kernel/kernel.ts'
import type { Target } from '../kernel/target.ts'
import type { Fact } from '../ops/fact.ts'
import { groupWorks } from './group.ts'
import { lowerGroup, type Step, scalarElement } from './lower-group.ts'
import { openRefs, type RefOptions, type Refs } from './refs.ts'
import { resolve } from './resolve.ts'
import type { Work } from './work.ts'

export interface Schedule {
  readonly steps: readonly Step[]
  readonly refs: Refs
  readonly facts: ReadonlyMap<string, Fact>
  /** Nodes from the first one on that has to run before sizes are known. */
  readonly rest: readonly Node[]
  readonly tables: ReadonlyMap<Buffer, Uint8Array>
}

export interface ScheduleOptions extends RefOptions {
  readonly target: Target
  readonly threads: number
  /** Values that are read once the last step has run. */
  readonly wanted: ReadonlySet<string>
  /** Asked now and then; what it throws ends the planning. */
  readonly checkCancelled?: (() => void) | undefined
}

/**
 * @param given facts of the graph's inputs, with their sizes.
 * @throws the refusals of the operators.
 */
export function schedule(graph: Graph, given: ReadonlyMap<string, Fact>, options: ScheduleOptions): Schedule {
  const { target, threads, checkCancelled } = options
  const { works: all, facts, constants, rest } = resolve(graph, given, { target, threads, checkCancelled })
  const wanted = new Set([...options.wanted, ...rest.flatMap(readsOf)])
  const works = neededWorks(all, wanted)
  const refs = openRefs({ inputs: graph.inputs, constants }, works, facts, options)
  const tables = new Map<Buffer, Uint8Array>()
  const byHost = works.flatMap((work) =>
    work.kind === 'host' ? [...readsOf(work.node), ...work.node.outputs] : [],
  )
  const groups = groupWorks(works, {
    escaping: new Set([...wanted, ...byHost]),
    scalar(name) {
      const constant = graph.inputs.includes(name) ? undefined : refs.constant(name)
      const value = scalarElement(constant)
      return constant && value !== undefined ? { value, dtype: constant.dtype } : undefined
    },
  })
  const steps = groups.flatMap((group) => {
    checkCancelled?.()
    return lowerGroup(group, { target, threads, refs, tables })
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
