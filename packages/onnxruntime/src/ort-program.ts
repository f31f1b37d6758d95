/** A model on ONNX Runtime as a Program: threads that take runs from a line. */
import {
  arrayOf,
  dtypeInfo,
  type EngineReport,
  elementCount,
  type Graph,
  inferGraph,
  operatorText,
  type Program,
  type ProgramRunOptions,
  type RunResult,
  SlipwayError,
  subgraphsOf,
  tensor,
  tensorByteLength,
  type Value,
  type ValueType,
} from '@slipway/core'
import { withOutputs } from './file-of-graph.ts'
import type { Peer } from './find-peer.ts'
import type { Parcel } from './ort-peer.ts'
import { assertCarried, fromParcel, toParcel } from './ort-tensors.ts'
import { type OrtThread, openThread } from './ort-thread.ts'

export interface ProgramOptions {
  readonly name: string
  readonly peer: Peer
  readonly bytes: Uint8Array
  readonly graph: Graph
  /** Options of the runtime's sessions. */
  readonly session: object
  readonly workers: number
  readonly threads: number
}

interface Slot {
  readonly thread: OrtThread
  /** Sessions by the outputs that they add to the model's own. */
  readonly sessions: Map<string, Promise<number>>
  /** Runs that it has been given and that have not ended. */
  load: number
}

interface Slots {
  /** Those that are alive. */
  list(): readonly Slot[]
  /** The least busy thread; a new one while all are busy and there may be more. */
  take(): Slot
  /** Threads that ended by themselves. */
  restarts(): number
  close(): Promise<void>
}

function openSlots({ peer, workers }: ProgramOptions): Slots {
  let slots: Slot[] = []
  let restarts = 0
  const open = (): Slot => {
    const thread = openThread(peer.entry, () => {
      restarts++
      slots = slots.filter((one) => one !== slot)
    })
    const slot: Slot = { thread, sessions: new Map(), load: 0 }
    slots.push(slot)
    return slot
  }
  return {
    list: () => slots,
    restarts: () => restarts,
    take() {
      const first = slots.toSorted((a, b) => a.load - b.load)[0]
      return first && (first.load === 0 || slots.length >= workers) ? first : open()
    },
    close: async () => void (await Promise.all(slots.splice(0).map(({ thread }) => thread.close()))),
  }
}

/** Opens one session at once, so that a model that the runtime refuses is refused here. */
export async function openProgram(options: ProgramOptions): Promise<Program> {
  const { graph } = options
  const typeOf = typesOf(graph)
  const weightBytes = [...graph.constants.values()].reduce((sum, one) => sum + tensorByteLength(one), 0)
  const slots = openSlots(options)
  let isClosed = false
  try {
    await sessionFor(slots.take(), options, [])
  } catch (error) {
    await slots.close()
    throw error
  }
  const run = async (
    inputs: ReadonlyMap<string, Value>,
    { outputs = graph.outputs, signal }: ProgramRunOptions = {},
  ): Promise<RunResult> => {
    if (isClosed) throw disposed()
    if (signal?.aborted) throw cancelled()
    for (const name of outputs) assertCarried(name, typeOf(name))
    const parcels = [...inputs].map(([name, value]) => toParcel(name, value))
    const slot = slots.take()
    slot.load++
    const work = runOn(slot, options, parcels, outputs).finally(() => slot.load--)
    return { outputs: await untilAborted(work, signal) }
  }
  const dispose = async () => {
    isClosed = true
    await slots.close()
  }
  return {
    run,
    allocate: zeros,
    report: () => reportOf(options, { weightBytes, slots: slots.list(), restarts: slots.restarts() }),
    dispose,
    [Symbol.asyncDispose]: dispose,
  }
}

/** Declared types first: inference runs only where a value is asked for that has none. */
function typesOf(graph: Graph): (name: string) => ValueType | undefined {
  let facts: ReturnType<typeof inferGraph>['facts'] | undefined
  return (name) => {
    const declared = graph.types.get(name)
    if (declared) return declared
    facts ??= inferGraph(graph, { onRefusal: () => {} }).facts
    return facts.get(name)?.type
  }
}

const zeros: Program['allocate'] = (dtype, shape) => {
  const perElement = dtypeInfo(dtype).kind === 'complex' ? 2 : 1
  const length = Math.ceil((elementCount(shape) * perElement * Math.min(8, dtypeInfo(dtype).bits)) / 8)
  return tensor(dtype, shape, new (arrayOf(dtype))(length) as never) // the class was chosen by dtype
}

async function runOn(
  { thread, sessions }: Slot,
  options: ProgramOptions,
  inputs: readonly Parcel[],
  outputs: readonly string[],
): Promise<ReadonlyMap<string, Value>> {
  const { graph } = options
  // Inputs and constants are no nodes' results, and the runtime does not give them back.
  const given = new Map(inputs.map((one) => [one.name, one]))
  const made = outputs.filter((name) => !given.has(name) && !graph.constants.has(name))
  const added = made.filter((name) => !graph.outputs.includes(name)).sort()
  const session = await sessionFor({ thread, sessions }, options, added)
  const results = made.length === 0 ? [] : await thread.run(session, inputs, made)
  const byName = new Map(results.map((one) => [one.name, one]))
  return new Map(
    outputs.map((name) => {
      const parcel = byName.get(name) ?? given.get(name)
      return [name, parcel ? fromParcel(parcel) : graph.constants.get(name)!]
    }),
  )
}

/** The session of a thread that also returns the added outputs. */
function sessionFor(
  { thread, sessions }: Pick<Slot, 'thread' | 'sessions'>,
  { bytes, session }: ProgramOptions,
  added: readonly string[],
): Promise<number> {
  const key = JSON.stringify(added)
  const known = sessions.get(key)
  if (known) return known
  const opening = thread.open(added.length === 0 ? bytes : withOutputs(bytes, added), session)
  sessions.set(key, opening)
  return opening
}

const disposed = () => new SlipwayError('SLP-S6', 'Cannot run: the session must be open, got a disposed one')
const cancelled = () => new SlipwayError('SLP-S7', 'Cannot finish run: it was cancelled')

/** The runtime cannot be stopped: its thread goes on, and only the caller stops waiting. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelled())
    signal.addEventListener('abort', onAbort, { once: true })
  })
  work.catch(() => {})
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

interface State {
  readonly weightBytes: number
  readonly slots: readonly Slot[]
  readonly restarts: number
}

function reportOf(
  { name, graph, threads }: ProgramOptions,
  { weightBytes, slots, restarts }: State,
): EngineReport {
  const running = slots.filter(({ load }) => load > 0).length
  return {
    engine: name,
    memory: {
      weightBytes,
      sharedBytes: 0,
      workers: slots.length,
      residentBytes: process.memoryUsage.rss(),
      wasmBytes: 0,
      arenaBytes: 0,
      arenaLowerBoundBytes: 0,
    },
    operators: countOperators(graph),
    fallbacks: [],
    threads,
    restarts,
    revectorizer: { isOn: false, reason: 'the runtime is native code' },
    running,
    queued: slots.reduce((sum, { load }) => sum + load, 0) - running,
  }
}

function countOperators(graph: Graph, counts: Map<string, number> = new Map()): ReadonlyMap<string, number> {
  for (const node of graph.nodes) {
    const operator = operatorText(node)
    counts.set(operator, (counts.get(operator) ?? 0) + 1)
    for (const [, body] of subgraphsOf(node)) countOperators(body, counts)
  }
  return counts
}
