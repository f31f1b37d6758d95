/** The report as lines of a terminal. */
import { bytesText } from '../io/table.ts'
import { msText, percentText, rateText } from './number-text.ts'
import type { ReloadResult } from './reloads.ts'
import type { Report, ReportStep } from './report.ts'
import type { StartUp } from './start-up.ts'
import { errorRate, type StepResult } from './step-result.ts'

const headings = ['rate', 'offered', 'achieved', 'P50', 'P90', 'P99', 'P99.9', 'max', 'errors']
const width = 10

const row = (cells: readonly string[]) => cells.map((cell) => cell.padStart(width)).join(' ')

export const stepHeading = row(headings)

/** One row under `stepHeading`, with what it breaks. */
export function stepRow(step: StepResult, broken: readonly string[]): string {
  const { p50, p90, p99, p999, max } = step.latencyMs
  const latencies = [p50, p90, p99, p999, max].map((ms) => (step.ok > 0 ? msText(ms) : '-'))
  const cells = [rateText(step.qps), rateText(step.offeredQps), rateText(step.achievedQps), ...latencies]
  const line = row([...cells, percentText(errorRate(step))])
  return broken.length === 0 ? line : `${line}  ✗ ${broken.join('; ')}`
}

/** What stands below the rows. */
export function summaryLines(report: Report): string[] {
  const { steps, bestQps, options, startUp, isStopped, reloads } = report
  return [
    ...(isStopped ? ['stopped before its end: the last row is what was measured up to then'] : []),
    ...steps.flatMap(errorLines),
    ...(reloads ? reloadLines(reloads) : []),
    ...(options.plan.kind === 'fixed'
      ? []
      : [bestQps === undefined ? 'no rate keeps the SLO' : `the SLO holds up to ${rateText(bestQps)}`]),
    ...caveats(steps),
    ...generatorLines(steps),
    ...startUpLines(startUp),
    ...memoryLines(report),
  ]
}

function errorLines({ qps, errors, errorTexts }: ReportStep): string[] {
  return Object.entries(errors).map(
    ([code, count]) => `at ${rateText(qps)}: ${count} × ${code}: ${errorTexts[code] ?? ''}`,
  )
}

/** How requests fared while the model was loaded anew, beside the others. */
export function reloadLines({ count, failed, failure, durationMs, during, outside }: ReloadResult): string[] {
  const group = (name: string, { ok, failed: lost, latencyMs }: ReloadResult['during']) =>
    `${name}: ${ok + lost} requests, ${lost} failed, P50 ${msText(latencyMs.p50)}, P99 ${msText(latencyMs.p99)}, most ${msText(latencyMs.max)}`
  return [
    `reloads: ${count}, ${failed} failed${failure === undefined ? '' : ` (${failure})`}, P50 ${msText(durationMs.p50)}, most ${msText(durationMs.max)}`,
    group('  requests during a reload', during),
    group('  all others', outside),
  ]
}

function generatorLines(steps: readonly ReportStep[]): string[] {
  if (steps.length === 0) return []
  const most = (of: (step: ReportStep) => number) => Math.max(...steps.map(of))
  const [share, p99, max] = [most((s) => s.cpuShare), most((s) => s.lateMs.p99), most((s) => s.lateMs.max)]
  return [
    `load generator: up to ${percentText(share, 0)} of a processor, late by ${msText(p99)} (P99), at most ${msText(max)}`,
  ]
}

/** A load generator that is later than this colours the latencies. */
const lateMs = 1
/** A percentile that rests on fewer requests is chance. */
const leastTail = 10

/** Why a number may not mean what it seems to. */
export function caveats(steps: readonly ReportStep[]): string[] {
  const late = steps.filter((step) => step.lateMs.p99 > lateMs)
  const few = steps.filter(({ ok }) => ok > 0 && ok < leastTail * 1000)
  const list = (some: readonly ReportStep[]) => some.map(({ qps }) => rateText(qps)).join(', ')
  return [
    ...(late.length === 0
      ? []
      : [
          `the load generator itself was late by more than ${msText(lateMs)} for 1 % of the requests (${list(late)}): part of their latency is its own`,
        ]),
    ...(few.length === 0
      ? []
      : [`P99.9 rests on fewer than ${leastTail} requests (${list(few)}): take a longer --duration`]),
  ]
}

/** The parts of a start that are known, with their names. */
export function startUpParts({ initMs, loadMs, warmupMs, readyMs }: StartUp): [name: string, ms: number][] {
  const parts: readonly (readonly [string, number | undefined])[] = [
    ['init', initMs],
    ['model load', loadMs],
    ['warm-up', warmupMs],
    ['process start to ready', readyMs],
  ]
  return parts.flatMap(([name, ms]) => (ms === undefined ? [] : [[name, ms]]))
}

function startUpLines(startUp: StartUp): string[] {
  const parts = startUpParts(startUp)
  return parts.length === 0
    ? []
    : [`start-up: ${parts.map(([name, ms]) => `${name} ${msText(ms)}`).join(', ')}`]
}

function memoryLines({ memory, memoryTrend }: Report): string[] {
  const series = [
    ['RSS', 'rssBytes'],
    ['VSS', 'vssBytes'],
    ['heap', 'heapBytes'],
    ['WebAssembly', 'wasmBytes'],
  ] as const
  const texts = series.flatMap(([label, name]) => {
    const known = memory.map((sample) => sample[name]).filter((value) => value !== undefined)
    const [first, last] = [known[0], known.at(-1)]
    if (first === undefined || last === undefined) return []
    const trend = name === 'vssBytes' ? undefined : memoryTrend[name]
    const slope = trend === undefined ? '' : `, ${trendText(trend)}`
    return [
      `${label} ${bytesText(first)} → ${bytesText(last)} (most ${bytesText(Math.max(...known))}${slope})`,
    ]
  })
  const peak = memory.at(-1)?.peakRssBytes
  if (peak !== undefined) texts.push(`peak RSS ${bytesText(peak)}`)
  return texts.length === 0 ? [] : [`server: ${texts.join(', ')}`]
}

/** Of the second half of the test. */
const trendText = (bytesPerHour: number) =>
  `${bytesPerHour < 0 ? '-' : '+'}${bytesText(Math.abs(bytesPerHour))} an hour`
