/** The worker of the reference engine: interprets its graph on request. Runs in a thread of its own. */
import { platform } from '#platform'
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
    prepared = { ...message, runGraph: prepareGraph(message.graph) }
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
}

function run(port: WorkerPort, { graph, runGraph, limits, cancelled }: Prepared, request: RunMessage): void {
  const { id, inputs, outputs, seed, profile, progress } = request
  const clock = profile ? nodeClock(platform.nowMs) : undefined
  const tell = progress ? progressTeller(port, id, graph.nodes.length) : undefined
  try {
    const results = runGraph(inputs, {
      outputs,
      ...(seed !== undefined && { seed }),
      ...(limits && { limits }),
      checkCancelled: () => {
        if (cancelled && Atomics.load(cancelled, 0) === id) {
          throw cancelledError()
        }
        clock?.beforeNode()
      },
      onNode: (node, index, values) => {
        clock?.afterNode(node, values)
        tell?.(index + 1)
      },
    })
    const { values, transfer } = moveValues(results, { give: true })
    port.post({ kind: 'done', id, outputs: values, profile: clock?.nodes } satisfies FromWorker, transfer)
  } catch (error) {
    port.post({ kind: 'failed', id, error: toErrorMessage(error) } satisfies FromWorker)
  }
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
