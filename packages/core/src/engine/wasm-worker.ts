/** The worker of the wasm engine: compiles its graph when it is prepared, and runs it on request. */
import { platform } from '#platform'
import type { Value } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import { loadOperators } from '../ops/registry.ts'
import type { WorkerPort } from '../platform/types.ts'
import { toErrorMessage } from './error-message.ts'
import { failWorker } from './fail-worker.ts'
import { moveValues } from './move-values.ts'
import { type Hosted, openHosted, reportOf, usableThreads } from './wasm/compile.ts'
import type { Model } from './wasm/model.ts'
import { stageClock } from './wasm/stage-clock.ts'
import { warmUp } from './wasm/warm-up.ts'
import type { FromWorker, PrepareMessage, RunMessage, ToWorker, WorkerReport } from './worker-protocol.ts'

serve(platform.openPort())

interface Prepared extends Hosted {
  readonly graph: Graph
  /** The run at hand. */
  readonly current: { id: number }
}

function serve(port: WorkerPort): void {
  let prepared: Prepared | undefined
  let told = ''
  const report = (): WorkerReport | undefined => {
    const made = reportOf(prepared!)
    const text = JSON.stringify(made)
    if (text === told) return undefined
    told = text
    return made
  }
  const start = async (message: PrepareMessage): Promise<void> => {
    await loadOperators(message.graph)
    prepared = prepare(port, message)
    const { target } = prepared.machine
    port.post({ kind: 'ready', report: report(), target } satisfies FromWorker)
  }
  port.onMessage((received) => {
    const message = received as ToWorker // only a program of this package posts to this worker
    switch (message.kind) {
      case 'prepare':
        return void start(message).catch(failWorker)
      case 'run':
        return run(port, prepared!, message, report)
      default:
        message satisfies never
    }
  })
}

function prepare(port: WorkerPort, { graph, limits, cancelled, settings, shared }: PrepareMessage): Prepared {
  const current = { id: 0 }
  const threads = usableThreads(settings.threads)
  const hosted = openHosted(graph, {
    threads,
    limits,
    shared,
    deterministic: settings.deterministic,
    revectorize: settings.revectorize,
    target: settings.target,
    planBytes: settings.planBytes,
    state: settings.state,
    isCancelled: () => cancelled !== undefined && current.id > 0 && Atomics.load(cancelled, 0) === current.id,
    onModule: (loaded) => port.post({ kind: 'module', ...loaded } satisfies FromWorker),
  })
  const { machine, model } = hosted
  if (threads > 1)
    port.post({ kind: 'attach', memory: machine.memory, block: machine.block } satisfies FromWorker)
  warmUp(graph, model)
  return { ...hosted, graph, current }
}

function run(
  port: WorkerPort,
  { graph, model, current }: Prepared,
  request: RunMessage,
  report: () => WorkerReport | undefined,
): void {
  const { id, inputs, placed, outputs, exchange, seed, profile, helped, progress } = request
  current.id = id
  const tell = (done: number) =>
    port.post({ kind: 'progress', id, done, total: graph.nodes.length } satisfies FromWorker)
  const clock = profile || progress ? stageClock(platform.nowMs, progress ? tell : undefined) : undefined
  try {
    const results = exchange
      ? exchangeState(model, request, exchange)
      : model.run({ inputs, placed, outputs, seed, helped, observer: clock })
    const { values, transfer } = moveValues(results, { give: true })
    const nodes = profile ? clock?.nodes : undefined
    port.post(
      { kind: 'done', id, outputs: values, profile: nodes, report: report() } satisfies FromWorker,
      transfer,
    )
  } catch (error) {
    port.post({ kind: 'failed', id, error: toErrorMessage(error) } satisfies FromWorker)
  }
}

function exchangeState(
  { state }: Model,
  { inputs, placed }: RunMessage,
  names: readonly string[],
): ReadonlyMap<string, Value> {
  for (const [name, value] of [...inputs, ...placed]) state.write(name, value)
  return new Map(names.map((name) => [name, state.read(name)]))
}
