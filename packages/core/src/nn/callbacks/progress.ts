/** Shows how far a run is: one line that is written anew on a terminal, plain lines elsewhere. */
import { platform } from '#platform'
import type { Callback, Logs, Run } from '../loop/callback.ts'

export interface ProgressOptions {
  readonly write: (text: string) => void
  /** True: the line of the epoch is written over and over. */
  readonly isTerminal?: boolean
  /** Of the terminal; 80 unless given. */
  readonly columns?: number
  /** Between two texts: 100 on terminals, 10,000 elsewhere, unless given. */
  readonly everyMs?: number
  /** What is shown beside the loss; all unless given. */
  readonly shows?: (name: string) => boolean
  readonly nowMs?: () => number
}

/** The loss, metrics, examples per second and the time that the epoch still takes. */
export function progress(options: ProgressOptions): Callback {
  const { write, isTerminal = false, columns = 80, shows = isOverview, nowMs = platform.nowMs } = options
  const everyMs = options.everyMs ?? (isTerminal ? 100 : 10_000)
  let start = { ms: 0, batch: 0, examples: 0 }
  let shownMs = 0
  const lineOf = (run: Run, logs: Logs, isDone: boolean): string => {
    const seconds = Math.max((nowMs() - start.ms) / 1000, 1e-9)
    const done = run.batch - start.batch
    const left =
      run.batches === undefined || done === 0 ? undefined : (seconds / done) * (run.batches - run.batch)
    const rate = (run.examples - start.examples) / seconds
    const parts = [
      `epoch ${run.epoch + 1}/${run.epochs}`,
      ...(isDone || run.batches === undefined
        ? [`${run.batch} batches`]
        : [...(isTerminal ? [bar(run.batch / run.batches)] : []), `${run.batch}/${run.batches}`]),
      ...Object.entries(logs)
        .filter(([name]) => name === 'loss' || shows(name))
        .map(([name, value]) => `${name} ${numberText(value)}`),
      `${rate.toFixed(rate < 10 ? 1 : 0)} samples/s`,
      isDone ? timeText(seconds) : left === undefined ? '' : `ETA ${timeText(left)}`,
    ]
    return parts.filter((one) => one !== '').join('  ')
  }
  const show = (text: string, isLast: boolean) => {
    // A line that wraps could not be written over.
    if (isTerminal) write(`\r\u001b[2K${isLast ? text : text.slice(0, columns - 1)}${isLast ? '\n' : ''}`)
    else write(`${text}\n`)
  }
  return {
    name: 'progress',
    priority: 100,
    onEpochBegin({ batch, examples }) {
      start = { ms: nowMs(), batch, examples }
      shownMs = start.ms
    },
    onTrainBatchEnd(run) {
      if (nowMs() - shownMs < everyMs) return
      shownMs = nowMs()
      show(lineOf(run, run.logs, false), false)
    },
    onEpochEnd: (run, logs) => show(lineOf(run, logs, true), true),
    onTrainEnd({ stopped }) {
      if (stopped) show(`stopped: ${stopped}`, true)
    },
  }
}

const isOverview = (name: string) => !name.startsWith('gradientNorm/')

function bar(part: number): string {
  const width = 16
  const full = Math.min(Math.floor(part * width), width)
  return `[${'='.repeat(full)}${' '.repeat(width - full)}]`
}

function numberText(value: number): string {
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4)
}

function timeText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}
