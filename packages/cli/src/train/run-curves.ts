/** The log of a training run → curves by the names of its numbers. */
import { SlipwayError } from '@slipway/core'
import type { RunLogLine } from '@slipway/core/nn'

type Points = readonly (readonly [x: number, y: number])[]

export interface RunCurves {
  readonly optimizer: string
  readonly parameters: number
  readonly epochsWanted: number
  readonly steps: number
  /** Of all parts of the run together. */
  readonly seconds: number
  /** Why it stopped, where it says so. */
  readonly stopped: string | undefined
  /** Numbers of batches over steps, and of epochs over epochs. */
  readonly batches: ReadonlyMap<string, Points>
  readonly epochs: ReadonlyMap<string, Points>
}

type Placed = Extract<RunLogLine, { readonly logs: unknown }>
type Begin = Extract<RunLogLine, { readonly event: 'begin' }>

/**
 * What a run did that went on after it was interrupted is there twice: the later line counts. A last line that is cut
 * off, as a killed process leaves it, is left out.
 *
 * @throws SLP-F1 where another line is not of a log.
 */
export function readRunLog(text: string): RunCurves {
  const lines = linesOf(text)
  const begins = lines.filter((line): line is Begin => line.event === 'begin')
  const first = begins[0]
  if (!first) throw malformed(1, 'the log must tell of the beginning of a run')
  const end = lines.findLast((line) => line.event === 'end')
  const batches = new Map<string, Placed>()
  const epochs = new Map<number, Placed>()
  for (const line of lines) {
    if (line.event === 'batch') batches.set(`${line.epoch} ${line.batch}`, line)
    if (line.event === 'epoch') epochs.set(line.epoch, line)
  }
  const inOrder = [...batches.values()].sort((a, b) => a.epoch - b.epoch || a.batch - b.batch)
  return {
    optimizer: first.optimizer,
    parameters: first.parameters,
    epochsWanted: begins.at(-1)!.epochs,
    steps: Math.max(0, ...lines.slice(-1).map(({ step }) => step)),
    seconds: secondsOf(lines),
    stopped: end?.stopped ?? undefined,
    batches: curvesOf(inOrder, ({ step }) => step),
    epochs: curvesOf(
      [...epochs.values()].sort((a, b) => a.epoch - b.epoch),
      ({ epoch }) => epoch,
    ),
  }
}

function linesOf(text: string): readonly RunLogLine[] {
  const whole = text.endsWith('\n') ? text : text.slice(0, text.lastIndexOf('\n') + 1)
  return whole.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      const value: unknown = JSON.parse(line)
      if (isLine(value)) return [value]
    } catch (cause) {
      // A process that was killed and started again leaves half a line in the middle.
      if (line.includes('{"event":"begin"'))
        return linesOf(`${line.slice(line.indexOf('{"event":"begin"'))}\n`)
      throw malformed(i + 1, 'a line must be JSON', cause)
    }
    throw malformed(i + 1, 'a line must have an event, a step, and logs where it is of a batch or an epoch')
  })
}

function isLine(value: unknown): value is RunLogLine {
  if (typeof value !== 'object' || value === null || !('event' in value) || !('step' in value)) return false
  if (typeof value.step !== 'number') return false
  if (value.event === 'batch' || value.event === 'epoch')
    return 'logs' in value && typeof value.logs === 'object' && value.logs !== null
  return value.event === 'begin' || value.event === 'end'
}

/** Each part of a run begins its clock anew. */
function secondsOf(lines: readonly RunLogLine[]): number {
  let [sum, last] = [0, 0]
  for (const line of lines) {
    if (line.event === 'begin') sum += last
    last = line.event === 'begin' ? 0 : line.seconds
  }
  return sum + last
}

function curvesOf(lines: readonly Placed[], at: (line: Placed) => number): ReadonlyMap<string, Points> {
  const curves = new Map<string, (readonly [number, number])[]>()
  for (const line of lines) {
    for (const [name, value] of Object.entries(line.logs)) {
      const points = curves.get(name) ?? []
      curves.set(name, points)
      // What is not finite is text, and has no place on a chart.
      if (typeof value === 'number') points.push([at(line), value])
    }
  }
  return new Map([...curves].filter(([, points]) => points.length > 0))
}

function malformed(line: number, rule: string, cause?: unknown): SlipwayError {
  return new SlipwayError('SLP-F1', `Cannot read the log of a run: ${rule}, got another at line ${line}`, {
    cause,
  })
}
