/** What the charts of the report show. */

import type { MemorySample } from './memory-log.ts'
import { msText, percentText, rateText } from './number-text.ts'
import type { Report, ReportStep } from './report.ts'
import { percentileNames, sloPercentiles } from './slo.ts'
import type { Axis, Chart, Series } from './svg-chart.ts'

const msAxis: Axis = { label: 'latency', kind: 'log', text: msText }

const byRate = (steps: readonly ReportStep[]) =>
  steps.filter(({ ok }) => ok > 0).sort((a, b) => a.offeredQps - b.offeredQps)

function limitsOf({ options }: Report): NonNullable<Chart['limits']> {
  return sloPercentiles.flatMap((name) => {
    const at = options.slo.latencyMs[name]
    return at === undefined ? [] : [{ at, name: `${percentileNames[name]} ≤ ${msText(at)}` }]
  })
}

/** Percentiles over the offered rate; hollow where a step breaks the SLO. */
export function latencyChart(report: Report): Chart {
  const steps = byRate(report.steps)
  const series = sloPercentiles.map(
    (name, i): Series => ({
      name: percentileNames[name],
      style: `q${i}`,
      points: steps.map((step) => [step.offeredQps, step.latencyMs[name]]),
      isHollow: (index) => steps[index]!.broken.length > 0,
    }),
  )
  return {
    title: 'Latency over the offered rate (hollow: the SLO is broken)',
    x: { label: 'offered requests per second', kind: 'linear', text: rateText },
    y: msAxis,
    series,
    limits: limitsOf(report),
  }
}

const mostLines = 6

/** So many of a list at most, the first and the last among them. */
function evenly<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list]
  const at = Array.from({ length: count }, (_, i) => Math.round((i * (list.length - 1)) / (count - 1)))
  return at.map((i) => list[i]!)
}

/** Latency over the percentile, stretched towards the tail. */
export function spectrumChart(report: Report): Chart {
  const steps = byRate(report.steps)
  const chosen = evenly(steps, mostLines)
  const longest = Math.max(10, ...chosen.map(({ ok }) => ok))
  const ticks = Array.from({ length: Math.ceil(Math.log10(longest)) + 1 }, (_, i) => 10 ** i)
  return {
    title: 'Latency by percentile',
    x: {
      label: 'percentile',
      kind: 'log',
      // 90 % at 10, 99 % at 100: how many requests there are for one that is slower.
      text: (value) => percentText(1 - 1 / value, Math.max(2, Math.ceil(Math.log10(value)) - 2)),
      ticks,
    },
    y: msAxis,
    series: chosen.map((step, i) => ({
      name: rateText(step.qps),
      style: `s${i}`,
      points: step.spectrum.map(([percentile, ms]) => [1 / (1 - percentile / 100), ms]),
      noDots: true,
    })),
  }
}

/** Memory over time; address space apart, since it is on another scale. */
export function memoryCharts({ memory }: Report): Chart[] {
  const used = memoryChart('Memory of the server', memory, [
    ['RSS', 's0', ({ rssBytes }) => rssBytes],
    ['peak RSS', 's5', ({ peakRssBytes }) => peakRssBytes],
    ['heap', 's1', ({ heapBytes }) => heapBytes],
    ['outside the heap', 's2', ({ externalBytes }) => externalBytes],
    ['WebAssembly', 's3', ({ wasmBytes }) => wasmBytes],
  ])
  const reserved = memoryChart('Address space of the server', memory, [
    ['VSS', 's4', ({ vssBytes }) => vssBytes],
  ])
  return [used, reserved].filter(({ series }) => series.length > 0)
}

type Line = readonly [name: string, style: string, bytes: (sample: MemorySample) => number | undefined]

const mostDots = 60

function memoryChart(title: string, memory: readonly MemorySample[], lines: readonly Line[]): Chart {
  const startMs = memory[0]?.atMs ?? 0
  const inBytes = lines.flatMap(([name, style, read]): Series[] => {
    const points = memory.flatMap((sample) => {
      const bytes = read(sample)
      return bytes === undefined ? [] : [[(sample.atMs - startMs) / 1000, bytes] as const]
    })
    return points.length === 0 ? [] : [{ name, style, points, noDots: points.length > mostDots }]
  })
  const most = Math.max(...inBytes.flatMap(({ points }) => points.map(([, bytes]) => bytes)))
  // One unit for the whole axis, so that its marks are round in it.
  const [unit, bytes] = most < 2 ** 31 ? ['MiB', 2 ** 20] : ['GiB', 2 ** 30]
  return {
    title,
    x: { label: 'time', kind: 'linear', text: (value) => `${Number(value.toPrecision(3))} s` },
    y: { label: 'memory', kind: 'linear', text: (value) => `${Number(value.toPrecision(4))} ${unit}` },
    series: inBytes.map((one) => ({ ...one, points: one.points.map(([x, y]) => [x, y / bytes] as const) })),
  }
}
