import { typeText } from '../../base/value.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import { readsOf, subgraphsOf } from '../../ir/graph.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { Fact } from '../../ops/fact.ts'
import type { Refs } from '../../schedule/refs.ts'
import { type Schedule, schedule } from '../../schedule/schedule.ts'
import { tensorBytes } from '../../schedule/storage.ts'
import { factOf, type Held, scalarOf } from './held.ts'
import type { Machine } from './machine.ts'
import { makePlan, type Plan } from './plan.ts'

export interface Chapter {
  readonly graph: Graph
  /** Plans that were made for particular values of scalars; with too many of them, plans hold for any value. */
  readonly scalars: { plans: number }
  readonly plans: Map<string, Prepared>
  /** The chapter behind the first of the nodes that are left. */
  next(rest: readonly Node[]): Chapter
}

export interface Prepared {
  readonly plan: Plan
  readonly refs: Refs
  /** Inputs that kernels or the host read in memory, with their places. */
  readonly inputs: ReadonlyMap<string, Place>
  /** Values that are read behind the plan and lie in memory. */
  readonly leaving: ReadonlySet<string>
  readonly rest: readonly Node[]
  readonly fallbacks: readonly { readonly node: Node; readonly reason: string }[]
}

export function openChapter(graph: Graph): Chapter {
  let following: Chapter | undefined
  return {
    graph,
    scalars: { plans: graph.nodes.some(hasBodies) ? 0 : mostScalarPlans },
    plans: new Map(),
    next(rest) {
      following ??= openChapter(restOf(graph, rest))
      return following
    },
  }
}

/** What is left of a graph behind its first node; whatever it reads from before is an input. */
function restOf(graph: Graph, [, ...nodes]: readonly Node[]): Graph {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs))
  const reads = new Set(
    nodes.flatMap(readsOf).filter((name) => !made.has(name) && !graph.constants.has(name)),
  )
  return { ...graph, nodes, inputs: [...reads] }
}

/** A graph whose scalars change from run to run, such as a position, must not be planned for each of them. */
const mostScalarPlans = 8

const hasBodies = (node: Node): boolean => subgraphsOf(node).length > 0

/** Plans that are kept: images are small, but a service may see many sizes. */
const mostPlans = 64

/** The plan for the sizes at hand. */
export function prepareChapter(
  { graph, plans, scalars }: Chapter,
  values: ReadonlyMap<string, Held>,
  outputs: readonly string[],
  machine: Machine,
  threads: number,
): Prepared {
  const facts = new Map<string, Fact>()
  for (const name of graph.inputs) {
    const held = values.get(name)
    if (held) facts.set(name, scalars.plans < mostScalarPlans ? withScalar(held) : factOf(held))
  }
  const key = `${[...facts].map(([name, fact]) => `${name}:${factText(fact)}`)}>${outputs}`
  const known = plans.get(key)
  plans.delete(key)
  const prepared = known ?? prepare(graph, facts, outputs, machine, threads)
  if (!known && [...facts.values()].some(({ constant }) => constant)) scalars.plans += 1
  plans.set(key, prepared)
  for (const [oldest, { plan }] of plans) {
    if (plans.size <= mostPlans) break
    machine.heap.free(plan.image)
    plans.delete(oldest)
  }
  return prepared
}

const factText = ({ type, constant }: Fact): string =>
  constant ? `${typeText(type)}=${constant.data[0]}` : typeText(type)

function withScalar(held: Held): Fact {
  const constant = scalarOf(held)
  return constant ? { ...factOf(held), constant } : factOf(held)
}

function prepare(
  graph: Graph,
  facts: Parameters<typeof schedule>[1],
  outputs: readonly string[],
  machine: Machine,
  threads: number,
): Prepared {
  const inputs = new Map<string, Place>()
  const made = schedule(graph, facts, {
    target: machine.target,
    threads,
    wanted: new Set(outputs),
    inputPlace(label, { dtype, shape }) {
      const place = inputs.get(label) ?? {
        buffer: { label, sizeBytes: tensorBytes(dtype, shape) },
        offsetBytes: 0,
      }
      inputs.set(label, place)
      return place
    },
    constantPlace: (name, value) => ({ buffer: machine.constantBuffer(value, name), offsetBytes: 0 }),
  })
  const leaving = leavingValues(graph, made, outputs)
  const plan = makePlan(machine, {
    ...made,
    threads,
    entering: () => new Set([...inputs.values()].map(({ buffer }) => buffer)),
    leaving: new Set([...leaving].map((name) => made.refs.of(name)!.at.buffer)),
  })
  const fallbacks = made.steps.flatMap((step) =>
    step.kind === 'host' ? [{ node: step.work.node, reason: step.reason }] : [],
  )
  return { plan, refs: made.refs, inputs, leaving, rest: made.rest, fallbacks }
}

/** What later nodes or the caller read and a step puts into memory. */
function leavingValues(
  graph: Graph,
  { refs, rest, facts }: Schedule,
  outputs: readonly string[],
): ReadonlySet<string> {
  const names = new Set([...outputs, ...rest.flatMap(readsOf)])
  const later = new Set(rest.flatMap((node) => node.outputs))
  const isOutside = (name: string) => graph.inputs.includes(name) || refs.constant(name) !== undefined
  return new Set(
    [...names].filter((name) => facts.has(name) && !later.has(name) && !isOutside(name) && refs.of(name)),
  )
}
