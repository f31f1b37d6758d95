/**
 * The part of a graph that can be planned before a run, up to a node whose sizes depend on data, with the plans made for
 * it so far: one for each set of sizes, the ones used last for as long as they fit.
 */
import { sameShape } from '../../base/shape.ts'
import { tensorBytes } from '../../base/storage.ts'
import type { Tensor } from '../../base/tensor.ts'
import { typeText } from '../../base/value.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import { readsOf, subgraphsOf } from '../../ir/graph.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { TensorRef } from '../../kernel/lower.ts'
import type { Fact } from '../../ops/fact.ts'
import type { Refs } from '../../schedule/refs.ts'
import { type Schedule, schedule } from '../../schedule/schedule.ts'
import { type ScheduleMemo, scheduleMemo } from '../../schedule/schedule-memo.ts'
import type { ConcreteType } from '../../schedule/work.ts'
import { factOf, type Held, scalarOf, tensorTypeOf } from './held.ts'
import type { Machine } from './machine.ts'
import { makePlan, type Plan } from './plan.ts'

export interface Chapter {
  readonly graph: Graph
  readonly memo: ScheduleMemo
  /** Plans that were made for particular values of scalars; with too many of them, plans hold for any value. */
  readonly scalars: { plans: number }
  /** In the order in which they were used. */
  readonly plans: Map<string, Prepared>
  /** The largest arena of the plans. */
  arenaBytes: number
  /** What was prepared last: most runs are like the one before. */
  latest: Latest | undefined
  /** The chapter behind the first of the nodes that are left. */
  next(rest: readonly Node[]): Chapter
}

interface Latest {
  /** Types, and the values of scalars that the plan was made for. */
  readonly inputs: readonly ((ConcreteType & { readonly scalar: unknown }) | undefined)[]
  readonly outputs: readonly string[]
  readonly prepared: Prepared
}

/** Where a value lies that is read behind the plan. */
export interface Leaving extends ConcreteType {
  readonly name: string
  readonly place: Place
  readonly sizeBytes: number
}

export interface Prepared {
  readonly plan: Plan
  readonly refs: Refs
  /** Inputs that kernels or the host read in memory, with their places. */
  readonly inputs: ReadonlyMap<string, Place>
  /** Values that are read behind the plan and lie in memory. */
  readonly leaving: readonly Leaving[]
  /** Values that are read behind the plan and that inference knows. */
  readonly known: ReadonlyMap<string, Tensor>
  readonly rest: readonly Node[]
  readonly fallbacks: readonly { readonly node: Node; readonly reason: string }[]
}

export function openChapter(graph: Graph): Chapter {
  let following: Chapter | undefined
  return {
    graph,
    memo: scheduleMemo(),
    scalars: { plans: graph.nodes.some(hasBodies) ? 0 : mostScalarPlans },
    plans: new Map(),
    arenaBytes: 0,
    latest: undefined,
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

/** What the objects of a planned call take beside its image, about. */
const callBytes = 8192

export interface ChapterOptions {
  readonly threads: number
  /** Plans that were not used lately go once all of a chapter take more than this. */
  readonly planBytes: number
}

/** The plan for the sizes at hand. */
export function prepareChapter(
  chapter: Chapter,
  values: ReadonlyMap<string, Held>,
  outputs: readonly string[],
  machine: Machine,
  { threads, planBytes }: ChapterOptions,
): Prepared {
  const { graph, plans, latest, scalars } = chapter
  if (latest && isLike(latest, graph, values, outputs)) return latest.prepared
  const isForScalars = scalars.plans < mostScalarPlans
  const facts = new Map<string, Fact>()
  for (const name of graph.inputs) {
    const held = values.get(name)
    if (held) facts.set(name, isForScalars ? withScalar(held) : factOf(held))
  }
  const key = `${[...facts].map(([name, fact]) => `${name}:${factText(fact)}`)}>${outputs}`
  const known = plans.get(key)
  plans.delete(key)
  const prepared = known ?? prepare(chapter, facts, outputs, machine, threads)
  if (!known && [...facts.values()].some(({ constant }) => constant)) scalars.plans += 1
  plans.set(key, prepared)
  if (!known) dropPlans(chapter, machine, planBytes)
  const inputs = graph.inputs.map((name) => {
    const held = values.get(name)
    const type = held && tensorTypeOf(held)
    const scalar = facts.get(name)?.constant?.data[0]
    return type && { dtype: type.dtype, shape: [...type.shape], scalar }
  })
  chapter.latest = { inputs, outputs: [...outputs], prepared }
  return prepared
}

/** Drops the plans that were used longest ago until the others fit; the last one stays. */
function dropPlans(chapter: Chapter, machine: Machine, planBytes: number): void {
  const { plans } = chapter
  const ownBytes = ({ plan }: Prepared) =>
    plan.imageBytes + plan.calls.length * callBytes + machine.fixed.ownBytes(plan.fixed)
  const isOver = () =>
    largestArena(plans) + [...plans.values()].reduce((sum, one) => sum + ownBytes(one), 0) > planBytes
  for (const oldest of plans.keys()) {
    if (plans.size === 1 || !isOver()) break
    dropPlan(plans, oldest, machine)
  }
  chapter.arenaBytes = largestArena(plans)
}

/** Drops the plan that was asked for last: there is no room for its arena. */
export function dropLatest(chapter: Chapter, machine: Machine): void {
  const { plans } = chapter
  dropPlan(plans, [...plans.keys()].at(-1)!, machine)
  chapter.latest = undefined
  chapter.arenaBytes = largestArena(plans)
}

function dropPlan(plans: Chapter['plans'], key: string, { fixed, heap }: Machine): void {
  const { plan } = plans.get(key)!
  plans.delete(key)
  heap.free(plan.image)
  fixed.release(plan.fixed)
}

function largestArena(plans: Chapter['plans']): number {
  return Math.max(0, ...[...plans.values()].map(({ plan }) => plan.placement.sizeBytes))
}

const factText = ({ type, constant }: Fact): string =>
  constant ? `${typeText(type)}=${constant.data[0]}` : typeText(type)

function withScalar(held: Held): Fact {
  const constant = scalarOf(held)
  return constant ? { ...factOf(held), constant } : factOf(held)
}

/** True for a run of the same sizes and outputs; values that are no tensors are not compared. */
function isLike(
  latest: Latest,
  graph: Graph,
  values: ReadonlyMap<string, Held>,
  outputs: readonly string[],
): boolean {
  if (outputs.length !== latest.outputs.length) return false
  for (let i = 0; i < outputs.length; i++) if (outputs[i] !== latest.outputs[i]) return false
  for (let i = 0; i < graph.inputs.length; i++) {
    const known = latest.inputs[i]
    const held = values.get(graph.inputs[i]!)
    const type = held && tensorTypeOf(held)
    if (!known || !type || type.dtype !== known.dtype || !sameShape(type.shape, known.shape)) return false
    if (known.scalar !== undefined && scalarOf(held!)?.data[0] !== known.scalar) return false
  }
  return true
}

function prepare(
  { graph, memo }: Chapter,
  facts: Parameters<typeof schedule>[1],
  outputs: readonly string[],
  machine: Machine,
  threads: number,
): Prepared {
  const made = schedule(graph, facts, {
    target: machine.target,
    threads,
    memo,
    checkCancelled: machine.checkCancelled,
    wanted: new Set(outputs),
    constantPlace: (name, value) => ({ buffer: machine.fixed.constantBuffer(value, name), offsetBytes: 0 }),
  })
  const { inputs } = made.refs
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
  const behind = [...outputs, ...made.rest.flatMap(readsOf)]
  const known = new Map(
    behind.flatMap((name) => {
      const constant = leaving.has(name) ? undefined : made.refs.constant(name)
      return constant ? [[name, constant] as const] : []
    }),
  )
  return {
    plan,
    refs: made.refs,
    inputs,
    leaving: [...leaving].map((name) => leavingAt(name, made.refs.of(name)!)),
    known,
    rest: made.rest,
    fallbacks,
  }
}

function leavingAt(name: string, { dtype, shape, at }: TensorRef): Leaving {
  return { name, dtype, shape, place: at, sizeBytes: tensorBytes(dtype, shape) }
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
