/**
 * Runs one graph on a machine: makes a plan for the sizes at hand, or takes the one it made before, and runs it. Where a
 * size depends on data, the plan ends; the node that tells it runs on its reference kernel, and what follows is a
 * chapter with plans of its own.
 */
import { SlipwayError } from '../../base/errors.ts'
import type { Limits } from '../../base/limits.ts'
import { tensorBytes } from '../../base/storage.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import { narrowValue, type WideValue } from '../../base/wide.ts'
import { stage, status } from '../../codegen/layout.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import type { Place } from '../../kernel/kernel.ts'
import { alignBytes } from '../../memory/place.ts'
import type { Work } from '../../schedule/work.ts'
import type { Into } from '../into.ts'
import { type Chapter, dropLatest, openChapter, type Prepared, prepareChapter } from './chapter.ts'
import { type Held, type TensorPlace, toTensor, toWide } from './held.ts'
import { type ClosedBody, runOnHost } from './host.ts'
import type { Machine } from './machine.ts'
import type { Plan } from './plan.ts'
import { type Ended, keepValues, outputOf } from './results.ts'
import { writeTensor } from './tensors.ts'

/** What one run asks for. */
export interface ExecuteRequest {
  readonly inputs: ReadonlyMap<string, Value>
  /** Inputs that lie in memory already, where nobody may write before the run has ended. */
  readonly placed?: ReadonlyMap<string, TensorPlace> | undefined
  readonly outputs: readonly string[]
  /** Values that are copied to places in memory once all nodes have run. */
  readonly keep?: ReadonlyMap<string, readonly TensorPlace[]> | undefined
  readonly seed?: number | undefined
  /** False: no other thread may take part. */
  readonly helped?: boolean | undefined
  readonly observer?: StageObserver | undefined
  /** Arrays that outputs are written into, by name. */
  readonly into?: Into | undefined
}

/** Told of each stage, or node of the host, before and after it runs; stages then run one by one. */
export interface StageObserver {
  before(): void
  after(works: readonly Work[]): void
}

export interface ExecutorOptions {
  readonly limits?: Limits | undefined
  readonly threads: number
  /** Most bytes of plans for sizes other than the last ones. */
  readonly planBytes: number
  checkCancelled(): void
}

export interface Executor {
  run(request: ExecuteRequest): Map<string, Value>
  /** Nodes that run on the host in some plan made so far, with the reason. */
  readonly fallbacks: ReadonlyMap<Node, string>
  /** The largest arena, and the least that any placement of its buffers needs. */
  arena(): { readonly sizeBytes: number; readonly lowerBoundBytes: number }
}

export function openExecutor(machine: Machine, graph: Graph, options: ExecutorOptions): Executor {
  const book: Book = {
    machine,
    options,
    arenas: [],
    bodies: new Map(),
    fallbacks: new Map(),
    largest: { sizeBytes: 0, lowerBoundBytes: 0 },
    indices: new Map(graph.nodes.map((node, i) => [node, i])),
  }
  const first = openChapter(graph)
  return {
    run: (request) => runBook(book, first, request),
    fallbacks: book.fallbacks,
    arena: () => book.largest,
  }
}

/** What all chapters of a graph share. */
interface Book {
  readonly machine: Machine
  readonly options: ExecutorOptions
  /** One for each chapter: values of earlier ones must stay. */
  readonly arenas: { readonly address: number; readonly sizeBytes: number }[]
  readonly bodies: Map<Graph, Executor>
  readonly fallbacks: Map<Node, string>
  largest: { readonly sizeBytes: number; readonly lowerBoundBytes: number }
  readonly indices: ReadonlyMap<Node, number>
}

interface Run extends Ended {
  readonly book: Book
  readonly request: ExecuteRequest
  /** The values that it must bring forth. */
  readonly wanted: readonly string[]
}

function runBook(book: Book, first: Chapter, request: ExecuteRequest): Map<string, Value> {
  const values = new Map<string, Held>()
  for (const [name, value] of request.inputs) values.set(name, { kind: 'value', value })
  for (const [name, at] of request.placed ?? []) values.set(name, { kind: 'memory', at })
  const { outputs, keep } = request
  const wanted = keep ? [...new Set([...outputs, ...keep.keys()])] : outputs
  const { machine } = book
  const run: Run = { book, machine, request, wanted, graph: first.graph, values }
  let chapter: Chapter | undefined = first
  for (let depth = 0; chapter; depth++) chapter = runChapter(run, chapter, depth)
  const results = new Map<string, Value>()
  for (const name of outputs) results.set(name, outputOf(run, name, request.into?.[name]))
  if (keep) keepValues(run, keep)
  return results
}

/** Runs a chapter and gives the next one. */
function runChapter(run: Run, chapter: Chapter, depth: number): Chapter | undefined {
  const { book, wanted, values } = run
  const { machine, options } = book
  const prepared = prepareChapter(chapter, values, wanted, machine, options)
  try {
    bindArena(book, prepared, depth, chapter.arenaBytes)
  } catch (error) {
    // Plans for smaller sizes must not be asked for its arena too.
    dropLatest(chapter, machine)
    throw error
  }
  for (const { node, reason } of prepared.fallbacks) book.fallbacks.set(node, reason)
  for (const [name, place] of prepared.inputs) enter(machine, prepared.plan, place, values.get(name)!)
  for (const segment of prepared.plan.segments) {
    if (segment.kind === 'stages') runStages(run, prepared, segment.first, segment.works)
    else runWork(run, prepared, segment.work)
  }
  for (const { name, place, dtype, shape, sizeBytes } of prepared.leaving) {
    const address = prepared.plan.addressOf(place)
    values.set(name, { kind: 'memory', at: { address, sizeBytes, dtype, shape } })
  }
  for (const [name, value] of prepared.known)
    if (!values.has(name)) values.set(name, { kind: 'constant', value })
  const [node] = prepared.rest
  if (!node) return undefined
  runRest(run, prepared, node)
  return chapter.next(prepared.rest)
}

/** Room before an arena for the images of plans, so that the arena can grow where it lies: its pages are there. */
const mostGapBytes = 1 << 20

const noArena = { address: 0, sizeBytes: 0 }

/** @param mostBytes of the plans that are kept: when the largest goes, so does its arena. */
function bindArena(book: Book, { plan }: Prepared, depth: number, mostBytes: number): void {
  const { machine, arenas, options } = book
  const { sizeBytes } = plan.placement
  let arena = arenas[depth] ?? noArena
  const { threads } = options
  if (arena === noArena || arena.sizeBytes !== mostBytes || !machine.hasScratch(plan.scratchBytes, threads)) {
    machine.heap.free(arena.address)
    arenas[depth] = noArena
    // The arena comes last, so that scratch memory does not lie where it may grow.
    machine.reserveScratch(plan.scratchBytes, threads)
    const gap = Math.min(mostGapBytes, mostBytes / 8)
    arena = { address: machine.heap.allocate(mostBytes, gap), sizeBytes: mostBytes }
    arenas[depth] = arena
  }
  plan.bind(arena.address)
  if (sizeBytes > book.largest.sizeBytes) book.largest = plan.placement
}

function enter(machine: Machine, plan: Plan, place: Place, held: Held): void {
  const memory = machine.bytes()
  if (held.kind === 'memory') {
    const { address, sizeBytes } = held.at
    if (address % alignBytes === 0 && plan.borrow(place.buffer, address)) return
    plan.borrow(place.buffer, undefined)
    memory.copyWithin(plan.addressOf(place), address, address + sizeBytes)
    return
  }
  plan.borrow(place.buffer, undefined)
  const value = toTensor(held, machine.bytes)
  if (value) writeTensor(memory, plan.addressOf(place), value)
}

function runStages(run: Run, { plan }: Prepared, first: number, works: readonly (readonly Work[])[]): void {
  const { machine, options } = run.book
  const { observer, helped = true } = run.request
  const isHelped = helped && options.threads > 1
  const lead = (at: number, count: number) => {
    const result = machine.lead(plan.image + at * stage.sizeBytes, count, isHelped)
    if (result === status.stopped) options.checkCancelled()
    if (result !== status.done) throw new SlipwayError('SLP-S8', 'Cannot finish run: a thread failed')
  }
  if (!observer) {
    lead(first, works.length)
    return
  }
  works.forEach((list, i) => {
    observer.before()
    lead(first + i, 1)
    observer.after(list)
  })
}

/** A node of the plan that the host runs, between its stages. */
function runWork(run: Run, prepared: Prepared, work: Work): void {
  const { machine } = run.book
  run.request.observer?.before()
  const results = onHost(run, prepared, work.node)
  work.node.outputs.forEach((name, i) => {
    const value = results[i]
    if (name === '' || !value) return
    const ref = prepared.refs.of(name)
    if (ref)
      writeTensor(machine.bytes(), prepared.plan.addressOf(ref.at), narrowValue(value) as Tensor) // a ref is a tensor
    else run.values.set(name, { kind: 'wide', value })
  })
  run.request.observer?.after([work])
}

/** The node that ends a plan. */
function runRest(run: Run, prepared: Prepared, node: Node): void {
  run.book.fallbacks.set(node, 'its sizes depend on data')
  run.book.options.checkCancelled()
  const results = onHost(run, prepared, node)
  node.outputs.forEach((name, i) => {
    const value = results[i]
    if (name !== '' && value) run.values.set(name, { kind: 'wide', value })
  })
}

function onHost(run: Run, prepared: Prepared, node: Node): readonly (WideValue | undefined)[] {
  const { book, request } = run
  return runOnHost(
    {
      node,
      index: book.indices.get(node) ?? 0,
      seed: request.seed,
      constants: (name) => prepared.refs.constant(name),
      lookUp(name) {
        const held = run.values.get(name) ?? heldIn(prepared, name)
        return toWide(held, book.machine.bytes)
      },
      isWanted: (name) => name !== '',
    },
    {
      limits: book.options.limits,
      checkCancelled: book.options.checkCancelled,
      runBody: (body) => runBody(book, body, request),
    },
  )
}

/** A value of the plan: in memory, or a constant. */
function heldIn(prepared: Prepared, name: string): Held {
  const constant = prepared.refs.constant(name)
  if (constant) return { kind: 'value', value: constant }
  const ref = prepared.refs.of(name)
  if (!ref) throw new SlipwayError('SLP-I4', `Cannot run node: no value has this name, got "${name}"`)
  const { dtype, shape, at } = ref
  const sizeBytes = tensorBytes(dtype, shape)
  return { kind: 'memory', at: { address: prepared.plan.addressOf(at), sizeBytes, dtype, shape } }
}

/** Bodies run on executors of their own; what they capture is an input, or a constant of theirs. */
function runBody(
  book: Book,
  { body, inputs, constants }: ClosedBody,
  { seed, helped }: ExecuteRequest,
): readonly Value[] {
  let executor = book.bodies.get(body)
  if (!executor) {
    const captured = [...inputs.keys()].filter((name) => !body.inputs.includes(name))
    const closed = {
      ...body,
      inputs: [...body.inputs, ...captured],
      constants: new Map([...constants, ...body.constants]),
    }
    executor = openExecutor(book.machine, closed, book.options)
    book.bodies.set(body, executor)
  }
  const results = executor.run({ inputs, outputs: body.outputs, seed, helped })
  for (const [node, reason] of executor.fallbacks) book.fallbacks.set(node, reason)
  return body.outputs.map((name) => results.get(name)!)
}
