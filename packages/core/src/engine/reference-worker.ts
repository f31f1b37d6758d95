/** The worker of the reference engine: interprets its graph on request. Runs in a thread of its own. */
import { platform } from '#platform'
import { SlipwayError } from '../base/errors.ts'
import type { Value } from '../base/value.ts'
import { loadOperators } from '../ops/registry.ts'
import type { WorkerPort } from '../platform/types.ts'
import { type GraphRunner, prepareGraph } from '../reference/interpret.ts'
import { cancelledError } from './cancelled-error.ts'
import { toErrorMessage } from './error-message.ts'
import { failWorker } from './fail-worker.ts'
import { moveValues } from './move-values.ts'
import { nodeClock } from './profile-nodes.ts'
import type { FromWorker, PrepareMessage, RunMessage, ToWorker } from './worker-protocol.ts'

serve(platform.openPort())

function serve(port: WorkerPort): void {
  let prepared: Prepared | undefined
  const start = async (message: PrepareMessage): Promise<void> => {
    await loadOperators(message.graph)
    prepared = { ...message, runGraph: prepareGraph(message.graph), kept: new Map() }
    port.post({ kind: 'ready' } satisfies FromWorker)
  }
  port.onMessage((received) => {
    const message = received as ToWorker // only a program of this package posts to this worker
    switch (message.kind) {
      case 'prepare':
        return void start(message).catch(failWorker)
      case 'run':
        return run(port, prepared!, message)
      default:
        message satisfies never
    }
  })
}

interface Prepared extends PrepareMessage {
  readonly runGraph: GraphRunner
  /** Values that stay from run to run, by the names of inputs. */
  readonly kept: Map<string, Value>
}

function run(port: WorkerPort, prepared: Prepared, request: RunMessage): void {
  const { id, exchange } = request
  try {
    const { results, nodes } = exchange
      ? { results: exchangeState(prepared, request.inputs, exchange), nodes: undefined }
      : compute(port, prepared, request)
    const { values, transfer } = moveValues(results, { give: true })
    port.post({ kind: 'done', id, outputs: values, profile: nodes } satisfies FromWorker, transfer)
  } catch (error) {
    port.post({ kind: 'failed', id, error: toErrorMessage(error) } satisfies FromWorker)
  }
}

/** Puts values into the state, and gives copies of others. Throws SLP-S2 for one that was never given. */
function exchangeState(
  { kept }: Prepared,
  given: ReadonlyMap<string, Value>,
  names: readonly string[],
): ReadonlyMap<string, Value> {
  for (const [name, value] of given) kept.set(name, value)
  const asked = names.map((name) => {
    const value = kept.get(name)
    if (value) return [name, value] as const
    throw new SlipwayError('SLP-S2', `Cannot use state: "${name}" must have been given once, got nothing`)
  })
  return copies(new Map(asked))
}

function copies(values: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  return moveValues(values, { give: false }).values
}

function compute(port: WorkerPort, prepared: Prepared, request: RunMessage) {
  const { graph, runGraph, limits, cancelled, kept, settings } = prepared
  const { id, outputs, seed, profile, progress } = request
  const { state = new Map<string, string>() } = settings
  const wanted = [...new Set([...outputs, ...state.values()])]
  const inputs = new Map([...kept, ...request.inputs])
  const clock = profile ? nodeClock(platform.nowMs) : undefined
  const tell = progress ? progressTeller(port, id, graph.nodes.length) : undefined
  const results = runGraph(inputs, {
    outputs: wanted,
    ...(seed !== undefined && { seed }),
    ...(limits && { limits }),
    checkCancelled: () => {
      if (cancelled && Atomics.load(cancelled, 0) === id) throw cancelledError()
      clock?.beforeNode()
    },
    onNode: (node, index, values) => {
      clock?.afterNode(node, values)
      tell?.(index + 1)
    },
  })
  const next = copies(new Map([...state].map(([input, output]) => [input, results.get(output)!])))
  for (const [name, value] of next) kept.set(name, value)
  return { results: new Map(outputs.map((name) => [name, results.get(name)!])), nodes: clock?.nodes }
}

/** As often as people can see; every node would cost a message. */
const progressMs = 50

function progressTeller(port: WorkerPort, id: number, total: number): (done: number) => void {
  let toldMs = platform.nowMs()
  return (done) => {
    const nowMs = platform.nowMs()
    if (nowMs - toldMs < progressMs) return
    toldMs = nowMs
    port.post({ kind: 'progress', id, done, total } satisfies FromWorker)
  }
}
