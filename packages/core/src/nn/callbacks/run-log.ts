/** What happened in a run as lines of JSON, which `slipway train report` draws. */
import { platform } from '#platform'
import type { Callback, Logs, Run } from '../loop/callback.ts'

/** One line of a log. `seconds` are those of this part of the run, which begins anew where it goes on. */
export type RunLogLine =
  | {
      readonly event: 'begin'
      readonly epochs: number
      readonly optimizer: string
      readonly parameters: number
      readonly epoch: number
      readonly step: number
    }
  | {
      readonly event: 'batch' | 'epoch'
      readonly epoch: number
      readonly batch: number
      readonly step: number
      readonly seconds: number
      readonly logs: Readonly<Record<string, number | string>>
    }
  | {
      readonly event: 'end'
      readonly step: number
      readonly seconds: number
      readonly stopped: string | null
    }

export interface RunLogOptions {
  /** Takes one line, without its end. */
  readonly write: (line: string) => void
  /** Batches between two lines; 1 unless given. */
  readonly everyBatches?: number
  readonly nowMs?: () => number
}

/** Logs the numbers of batches and epochs: loss, metrics, learning rate, and norms of gradients where `fit` gives them. */
export function runLog({ write, everyBatches = 1, nowMs = platform.nowMs }: RunLogOptions): Callback {
  let startMs = nowMs()
  const put = (line: RunLogLine) => write(JSON.stringify(line))
  const place = ({ epoch, batch, step }: Run, logs: Logs) => ({
    epoch: epoch + 1,
    batch,
    step,
    seconds: secondsSince(startMs, nowMs()),
    logs: writable(logs),
  })
  return {
    name: 'run log',
    priority: 50,
    onTrainBegin({ epochs, optimizer, model, epoch, step }) {
      startMs = nowMs()
      const sizes = model.parameters().map(({ shape }) => shape.reduce((product, size) => product * size, 1))
      const parameters = sizes.reduce((sum, size) => sum + size, 0)
      put({ event: 'begin', epochs, optimizer: optimizer.name, parameters, epoch, step })
    },
    onTrainBatchEnd(run, logs) {
      if (run.batch % everyBatches === 0) put({ event: 'batch', ...place(run, logs) })
    },
    onEpochEnd: (run, logs) => put({ event: 'epoch', ...place(run, logs) }),
    onTrainEnd: ({ step, stopped }) =>
      put({ event: 'end', step, seconds: secondsSince(startMs, nowMs()), stopped: stopped ?? null }),
  }
}

/** Microseconds are enough. */
const secondsSince = (startMs: number, nowMs: number) => Math.round((nowMs - startMs) * 1000) / 1e6

/** JSON has no words for numbers that are not finite. */
const writable = (logs: Logs) =>
  Object.fromEntries(
    Object.entries(logs).map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]),
  )
