/** The worker of the reference engine: interprets its graph on request. Runs in a thread of its own. */
import { platform } from '#platform'
import { SlipwayError } from '../base/errors.ts'
import type { WorkerPort } from '../platform/types.ts'
import { type GraphRunner, prepareGraph } from '../reference/interpret.ts'
import { toErrorMessage } from './error-message.ts'
import { moveValues } from './move-values.ts'
import { nodeClock } from './profile-nodes.ts'
import type { FromWorker, PrepareMessage, RunMessage, ToWorker } from './worker-protocol.ts'

serve(platform.openPort())

function serve(port: WorkerPort): void {
  let prepared: Prepared | undefined
  port.onMessage((received) => {
    const message = received as ToWorker // only a program of this package posts to this worker
    switch (message.kind) {
      case 'prepare':
        prepared = { ...message, runGraph: prepareGraph(message.graph) }
        return port.post({ kind: 'ready' } satisfies FromWorker)
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

function run(port: WorkerPort, { runGraph, limits, cancelled }: Prepared, request: RunMessage): void {
  const { id, inputs, outputs, seed, profile } = request
  const clock = profile ? nodeClock(platform.nowMs) : undefined
  try {
    const results = runGraph(inputs, {
      outputs,
      ...(seed !== undefined && { seed }),
      ...(limits && { limits }),
      checkCancelled: () => {
        if (cancelled && Atomics.load(cancelled, 0) === id) {
          throw new SlipwayError('SLP-S7', 'Cannot finish run: it was cancelled')
        }
        clock?.beforeNode()
      },
      ...(clock && { onNode: (node, _index, values) => clock.afterNode(node, values) }),
    })
    const { values, transfer } = moveValues(results, { give: true })
    port.post({ kind: 'done', id, outputs: values, profile: clock?.nodes } satisfies FromWorker, transfer)
  } catch (error) {
    port.post({ kind: 'failed', id, error: toErrorMessage(error) } satisfies FromWorker)
  }
}
