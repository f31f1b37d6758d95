/** The report as one page that needs nothing else: tables and charts, light and dark. */

import { bytesText } from '../io/table.ts'
import { msText, percentText, rateText } from './number-text.ts'
import type { Report, ReportStep } from './report.ts'
import { latencyChart, memoryCharts, spectrumChart } from './report-charts.ts'
import { pageStyle } from './report-style.ts'
import { caveats, startUpParts } from './report-text.ts'
import { percentileNames, sloPercentiles } from './slo.ts'
import { errorRate } from './step-result.ts'
import { lineChart, escapeXml as text } from './svg-chart.ts'

export function reportHtml(report: Report): string {
  const { target, steps, bestQps, options } = report
  const title = `${target.model} over ${target.protocol}`
  const parts = [
    `<h1>${text(title)}</h1>`,
    `<p class="lead">${text(verdict(report))}</p>`,
    `<ul class="notes">${caveats(steps)
      .map((line) => `<li>${text(line)}</li>`)
      .join('')}</ul>`,
    stepTable(steps, bestQps),
    ...(steps.length > 1 ? [lineChart(latencyChart(report))] : []),
    lineChart(spectrumChart(report)),
    errorTable(steps),
    ...reloadTable(report),
    ...memoryCharts(report).map(lineChart),
    startUpBars(report),
    conditions(report),
  ]
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"/>',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    `<title>${text(title)} · ${text(options.arrivals)} load</title><style>${pageStyle}</style></head>`,
    `<body><main>${parts.join('\n')}</main></body></html>\n`,
  ].join('\n')
}

function verdict({ steps, bestQps, options }: Report): string {
  const limits = sloPercentiles.flatMap((name) => {
    const most = options.slo.latencyMs[name]
    return most === undefined ? [] : [`${percentileNames[name]} ≤ ${msText(most)}`]
  })
  const rules = [
    ...limits,
    `errors ≤ ${percentText(options.slo.errors)}`,
    `at least ${percentText(options.slo.achieved)} of the offered rate`,
  ].join(', ')
  if (options.plan.kind === 'fixed')
    return `${rateText(steps[0]?.qps ?? 0)} ${bestQps === undefined ? 'break' : 'keep'} the SLO (${rules}).`
  if (bestQps === undefined) return `No rate keeps the SLO (${rules}).`
  return `The SLO holds up to ${rateText(bestQps)} (${rules}).`
}

const cells = (tag: 'td' | 'th', values: readonly string[]) =>
  values.map((value) => `<${tag}>${text(value)}</${tag}>`).join('')

const headings = [
  'rate',
  'offered',
  'achieved',
  'P50',
  'P90',
  'P99',
  'P99.9',
  'max',
  'requests',
  'errors',
  'sent late (P99)',
  'SLO',
]

function stepTable(steps: readonly ReportStep[], bestQps: number | undefined): string {
  const rows = [...steps]
    .sort((a, b) => a.qps - b.qps)
    .map((step) => {
      const { p50, p90, p99, p999, max } = step.latencyMs
      const values = [
        rateText(step.qps),
        rateText(step.offeredQps),
        rateText(step.achievedQps),
        ...[p50, p90, p99, p999, max].map((ms) => (step.ok > 0 ? msText(ms) : '–')),
        step.planned.toLocaleString('en-US'),
        percentText(errorRate(step)),
        msText(step.lateMs.p99),
        step.broken.length === 0 ? 'kept' : step.broken.join('; '),
      ]
      const look = step.broken.length > 0 ? 'broken' : step.qps === bestQps ? 'best' : 'kept'
      return `<tr class="${look}">${cells('td', values)}</tr>`
    })
  return table(headings, rows)
}

const table = (head: readonly string[], rows: readonly string[]) =>
  `<div class="wide"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`

function errorTable(steps: readonly ReportStep[]): string {
  const rows = steps.flatMap(({ qps, errors, errorTexts }) =>
    Object.entries(errors).map(
      ([code, count]) =>
        `<tr>${cells('td', [rateText(qps), code, count.toLocaleString('en-US'), errorTexts[code] ?? ''])}</tr>`,
    ),
  )
  return rows.length === 0
    ? ''
    : `<h2>Errors</h2>${table(['rate', 'status', 'count', 'the first said'], rows)}`
}

function reloadTable({ reloads }: Report): string[] {
  if (!reloads) return []
  const { count, failed, during, outside } = reloads
  const rows = (
    [
      ['during a reload', during],
      ['all others', outside],
    ] as const
  ).map(
    ([
      name,
      {
        ok,
        failed: lost,
        latencyMs: { p50, p99, max },
      },
    ]) => `<tr>${cells('td', [name, String(ok + lost), String(lost), ...[p50, p99, max].map(msText)])}</tr>`,
  )
  const title = `Reloads: ${count}, ${failed} failed`
  return [`<h2>${title}</h2>${table(['requests', 'count', 'failed', 'P50', 'P99', 'max'], rows)}`]
}

function startUpBars({ startUp }: Report): string {
  const parts = startUpParts(startUp)
  if (parts.length === 0) return ''
  const most = Math.max(...parts.map(([, ms]) => ms), Number.MIN_VALUE)
  const rows = parts.map(
    ([name, ms]) =>
      `<tr>${cells('td', [name, msText(ms)])}<td class="bar"><b style="width:${((100 * ms) / most).toFixed(1)}%"></b></td></tr>`,
  )
  return `<h2>Start-up</h2><table class="bars"><tbody>${rows.join('')}</tbody></table>`
}

function conditions({ date, machine, target, options }: Report): string {
  const inputs = target.inputs.map(({ name, datatype, shape }) => `${name} ${datatype}[${shape}]`)
  const rows: readonly (readonly [string, string])[] = [
    ['date', date],
    ['server', target.url],
    ['model', target.version === undefined ? target.model : `${target.model}, version ${target.version}`],
    ['inputs', inputs.join(', ')],
    ['request', bytesText(target.requestBytes)],
    ['connections', String(target.connections)],
    ['arrivals', `${options.arrivals}, seed ${options.seed}`],
    ['each step', `${options.durationMs / 1000} s, after a warm-up of ${options.warmupMs / 1000} s`],
    ['bounds', `${options.maxInFlight} open requests, ${options.timeoutMs} ms each`],
    ...Object.entries(machine).map(([name, value]) => [`load generator: ${name}`, String(value)] as const),
  ]
  const body = rows.map(([name, value]) => `<tr>${cells('th', [name])}${cells('td', [value])}</tr>`)
  return [
    `<h2>Conditions</h2><table class="facts"><tbody>${body.join('')}</tbody></table>`,
    '<p class="small">Open loop: requests start when planned, whatever the server does, and each latency counts ',
    'from the planned start to the last byte of the answer. Latencies are those of successful requests.</p>',
  ].join('\n')
}
