import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { createLatencies } from './latencies.ts'
import { msText, percentText, rateText } from './number-text.ts'
import type { Report, ReportStep } from './report.ts'
import { reportHtml } from './report-html.ts'
import { stepRow, summaryLines } from './report-text.ts'
import { ticksOf } from './svg-chart.ts'

const summary = (ms: number) => ({ p50: ms, p90: 2 * ms, p99: 3 * ms, p999: 4 * ms, max: 5 * ms, mean: ms })

function step(qps: number, more: Partial<ReportStep> = {}): ReportStep {
  return {
    ...{
      qps,
      planned: 10 * qps,
      sent: 10 * qps,
      dropped: 0,
      takenBack: 0,
      ok: 10 * qps,
      errors: {},
      errorTexts: {},
    },
    ...{
      offeredQps: qps,
      achievedQps: qps,
      latencyMs: summary(qps / 100),
      lateMs: summary(0.01),
      cpuShare: 0.2,
    },
    ...{
      spectrum: [
        [0, 1],
        [90, 2],
        [99, 3],
      ],
      startedMs: 0,
      endedMs: 10_000,
      broken: [],
    },
    ...more,
  }
}

const hostile = '<script>alert("x")</script> & \'y\''
const memory = [0, 1000].map((atMs) => ({
  ...{ atMs, rssBytes: 100 * 2 ** 20 + atMs, vssBytes: 2 ** 34, peakRssBytes: 120 * 2 ** 20 },
  ...{ heapBytes: 10 * 2 ** 20, externalBytes: undefined, wasmBytes: undefined },
}))

const report: Report = {
  format: 'slipway-bench-serve-1',
  date: '2026-01-01T00:00:00.000Z',
  machine: { cpu: 'a cpu', cores: 2 },
  target: {
    ...{ url: 'http://127.0.0.1:8000/', protocol: 'REST', model: hostile, version: undefined },
    ...{ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3] }], requestBytes: 2048, connections: 16 },
  },
  options: {
    ...{ plan: { kind: 'search', from: 100, to: Infinity }, precision: 0.05, arrivals: 'poisson', seed: 1 },
    ...{
      durationMs: 10_000,
      warmupMs: 2000,
      maxInFlight: 10_000,
      timeoutMs: 10_000,
      sampleMs: 1000,
      reloadEveryMs: 5000,
    },
    slo: { latencyMs: { p99: 50 }, errors: 0.001, achieved: 0.95 },
  },
  steps: [
    step(100),
    step(1234),
    step(2468, {
      ok: 24_000,
      errors: { 503: 680 },
      errorTexts: { 503: hostile },
      lateMs: summary(2),
      broken: ['P99 74 ms is over 50 ms'],
    }),
  ],
  bestQps: 1234,
  startUp: { initMs: 41, loadMs: 1250, warmupMs: 260, readyMs: 1600, startedAtMs: undefined },
  memory,
  memoryTrend: { rssBytes: -3 * 2 ** 20 },
  reloads: {
    ...{ count: 7, failed: 1, failure: 'no such model', durationMs: summary(40) },
    during: { ok: 99, failed: 1, latencyMs: summary(5) },
    outside: { ok: 900, failed: 0, latencyMs: summary(2) },
  },
  isStopped: true,
}

describe('the page of a report', () => {
  const html = reportHtml(report)

  it('is well-formed, whatever names and errors hold', () => {
    expect(XMLValidator.validate(html.replace('<!doctype html>', ''))).toBe(true)
    expect(html).not.toContain('<script>')
    // Shows that the check can fail.
    expect(XMLValidator.validate('<p><b></p>')).not.toBe(true)
  })

  it('needs nothing from elsewhere', () => {
    expect(html).not.toMatch(/\b(?:src|href)=|url\(|@import/)
  })

  it('has the numbers of every step', () => {
    for (const text of ['1,234/s', '12.3 ms', '24.7 ms', '37 ms', '49.4 ms', '61.7 ms', '12,340', '2.76 %'])
      expect(html).toContain(text)
    for (const text of ['holds up to 1,234/s', 'P99 74 ms is over 50 ms', '680', 'P99 ≤ 50 ms', '2.0 KiB'])
      expect(html).toContain(text)
    for (const text of [
      'RSS: 100 MiB at 0 s',
      'VSS: 16 GiB at 1 s',
      'model load',
      '1,250 ms',
      'a cpu',
      'x FP32[1,3]',
    ])
      expect(html).toContain(text)
  })

  it('draws each line where it has points', () => {
    const charts = html.split('<figure>').slice(1)
    expect(charts.map((chart) => /<figcaption>([^<(]*)/.exec(chart)?.[1]?.trim())).toEqual([
      'Latency over the offered rate',
      'Latency by percentile',
      'Memory of the server',
      'Address space of the server',
    ])
    expect(charts.map((chart) => chart.match(/<polyline/g)?.length)).toEqual([4, 3, 3, 1])
    // The step that breaks the SLO is hollow in each of the four percentiles.
    expect(charts[0]!.match(/ hollow"/g)?.length).toBe(4)
    expect(html).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('does without steps that have no answer, and without memory', () => {
    const none = step(100, { ok: 0, spectrum: [], errors: { ECONNREFUSED: 1000 } })
    const page = reportHtml({ ...report, steps: [none], memory: [], bestQps: undefined })
    expect(XMLValidator.validate(page.replace('<!doctype html>', ''))).toBe(true)
    expect(page).toContain('No rate keeps the SLO')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('the lines of a report', () => {
  it('say what was measured and what it rests on', () => {
    expect(stepRow(step(1234), [])).toMatch(
      /^ *1,234\/s +1,234\/s +1,234\/s +12.3 ms +24.7 ms +37 ms +49.4 ms +61.7 ms +0 %$/,
    )
    const lines = summaryLines(report).join('\n')
    expect(lines).toContain('at 2,468/s: 680 × 503')
    expect(lines).toContain('the SLO holds up to 1,234/s')
    expect(lines).toMatch(/load generator itself was late .*\(2,468\/s\)/)
    expect(lines).toMatch(/P99.9 rests on fewer than 10 requests \(100\/s\)/)
    expect(lines).toContain(
      'init 41 ms, model load 1,250 ms, warm-up 260 ms, process start to ready 1,600 ms',
    )
    expect(lines).toContain('stopped before its end')
    expect(lines).toContain('load generator: up to 20 % of a processor, late by 6 ms (P99), at most 10 ms')
    expect(lines).toContain('reloads: 7, 1 failed (no such model), P50 40 ms, most 200 ms')
    expect(lines).toContain('during a reload: 100 requests, 1 failed, P50 5 ms, P99 15 ms, most 25 ms')
    expect(lines).toContain('all others: 900 requests, 0 failed')
    expect(lines).toContain('-3.0 MiB an hour')
    expect(lines).toMatch(/RSS 100.0 MiB → 100.0 MiB .*VSS 16.0 GiB.*heap 10.0 MiB.*peak RSS 120.0 MiB/)
  })
})

describe('numbers', () => {
  it.each([
    [msText(0.0834), '0.083 ms'],
    [msText(8.345), '8.35 ms'],
    [msText(83.45), '83.5 ms'],
    [msText(1250.4), '1,250 ms'],
    [rateText(12.34), '12.3/s'],
    [rateText(1234.5), '1,235/s'],
    [percentText(0.001), '0.1 %'],
  ])('%s', (text, expected) => expect(text).toBe(expected))

  it('of an axis enclose the range', () => {
    expect(ticksOf('linear', 3, 97)).toEqual([0, 20, 40, 60, 80, 100])
    expect(ticksOf('linear', 0, 0)).toEqual(
      [0, 0.2, 0.4, 0.6, 0.8, 1].slice(0, ticksOf('linear', 0, 0).length),
    )
    expect(ticksOf('log', 1.3, 45)).toEqual([1, 2, 5, 10, 20, 50])
    expect(ticksOf('log', 0.4, 9000)).toEqual([0.1, 1, 10, 100, 1000, 10_000])
    expect(ticksOf('log', 5, 5).length).toBeGreaterThan(1)
  })
})

describe('latencies', () => {
  it('keep three digits and the exact extreme', () => {
    const latencies = createLatencies()
    for (let i = 1; i <= 10_000; i++) latencies.record(i / 10)
    const { p50, p90, p99, p999, max, mean } = latencies.summary()
    for (const [got, exact] of [
      [p50, 500],
      [p90, 900],
      [p99, 990],
      [p999, 999],
    ] as const)
      expect(Math.abs(got / exact - 1)).toBeLessThan(0.0011)
    expect(max).toBe(1000)
    expect(mean).toBeCloseTo(500.05, 6)
    const spectrum = latencies.spectrum()
    expect(spectrum[0]![0]).toBe(0)
    // The last point stands for one request in ten thousand.
    expect(spectrum.at(-1)![0]).toBeCloseTo(99.99, 6)
    expect(spectrum.every(([, ms], i) => i === 0 || ms >= spectrum[i - 1]![1])).toBe(true)
  })

  it('of nothing are zero', () => {
    expect(createLatencies().summary()).toEqual({ p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 })
    expect(createLatencies().spectrum()).toEqual([])
  })
})
