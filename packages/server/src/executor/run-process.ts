/** The program of a process that runs one model in threads of its own, for the process that started it. */
import { toErrorMessage } from '@slipway/core/host'
import { systemClock } from '../contract/clock.ts'
import type { FromProgram, OpenMessage, RunMessage, ToProgram } from './messages.ts'
import { tensorsOf } from './tensors-of.ts'
import { openThreads, type Threads } from './threads.ts'

if (process.send) serve((message) => void process.send!(message))

function serve(send: (message: FromProgram) => void): void {
  const aborts = new Map<number, AbortController>()
  let threads: Threads | undefined
  // Whoever started this process is gone, and with it everyone who would read an answer.
  process.on('disconnect', () => process.exit(0))
  // The terminal sends these to every process of a group; the one that started this process decides.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  process.on('message', async (message: ToProgram) => {
    switch (message.kind) {
      case 'open':
        threads = await open(message, send)
        return
      case 'run':
        return run(message, threads!, aborts, send)
      case 'cancel':
        return aborts.get(message.id)?.abort()
      case 'close':
        return process.exit(0)
      default:
        message satisfies never
    }
  })
}

async function open(
  { file, settings }: OpenMessage,
  send: (message: FromProgram) => void,
): Promise<Threads | undefined> {
  const threads = openThreads({
    file,
    settings,
    instances: settings.instances,
    clock: systemClock,
    // The process that started this one knows what to do about a model that cannot be kept open.
    onBroken: () => process.exit(1),
  })
  try {
    send({ kind: 'ready', description: await threads.ready, parcels: [] })
    return threads
  } catch (error) {
    send({ kind: 'refused', error: toErrorMessage(error) })
    return undefined
  }
}

async function run(
  { id, inputs, outputs }: RunMessage,
  threads: Threads,
  aborts: Map<number, AbortController>,
  send: (message: FromProgram) => void,
): Promise<void> {
  const abort = new AbortController()
  aborts.set(id, abort)
  try {
    const results = await threads.run({ inputs: tensorsOf(inputs), outputs, signal: abort.signal })
    send({ kind: 'done', id, outputs: results, wasmBytes: threads.counts().wasmBytes })
  } catch (error) {
    send({ kind: 'failed', id, error: toErrorMessage(error) })
  } finally {
    aborts.delete(id)
  }
}
