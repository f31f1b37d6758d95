/** The curves of a run as one page that needs nothing else. */
import { pageStyle } from '../bench/report-style.ts'
import { type Axis, escapeXml, lineChart, type Series } from '../bench/svg-chart.ts'
import type { RunCurves } from './run-curves.ts'

type Points = Series['points']

const colours = ['s0', 's1', 's2', 's3', 's4', 's5']

export function trainReportHtml(title: string, run: RunCurves): string {
  const parts = [
    `<h1>${escapeXml(title)}</h1>`,
    `<p class="lead">${escapeXml(summary(run))}</p>`,
    ...(run.stopped === undefined
      ? []
      : [`<ul class="notes"><li>Stopped: ${escapeXml(run.stopped)}</li></ul>`]),
    ...charts(run),
    epochTable(run),
  ]
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"/>',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    `<title>${escapeXml(title)} · training run</title><style>${pageStyle}</style></head>`,
    `<body><main>${parts.join('\n')}</main></body></html>\n`,
  ].join('\n')
}

function summary({ optimizer, parameters, epochs, epochsWanted, steps, seconds }: RunCurves): string {
  const done = Math.max(0, ...[...epochs.values()].map((points) => points.at(-1)![0]))
  const size = parameters.toLocaleString('en')
  return `${optimizer}, ${size} parameters: ${done} of ${epochsWanted} epochs, ${steps} steps in ${seconds.toFixed(1)} s.`
}

/** Numbers of epochs with those of validation, and those that only batches have. */
function charts({ epochs, batches }: RunCurves): string[] {
  const names = [...new Set([...epochs.keys()].map((name) => name.replace(/^val_/, '')))]
  const ofEpochs = names.flatMap((name) => {
    const lines = [name, `val_${name}`].flatMap((one) => {
      const points = epochs.get(one)
      return points ? [{ name: one, points }] : []
    })
    return isPerStep(name) ? [] : [chart(`${name} by epoch`, 'epoch', lines)]
  })
  const ofBatches = [...batches]
    .filter(([name]) => !name.startsWith('gradientNorm/'))
    .map(([name, points]) => chart(`${name} by step`, 'step', [{ name, points }]))
  const norms = [...batches].filter(([name]) => name.startsWith('gradientNorm/'))
  const largest = norms
    .map(([name, points]) => ({ name: name.slice('gradientNorm/'.length), points }))
    .sort((a, b) => peak(b.points) - peak(a.points))
    .slice(0, colours.length)
  return [
    ...ofEpochs,
    ...ofBatches,
    ...(largest.length > 0 ? [chart('largest norms of gradients by step', 'step', largest)] : []),
  ]
}

const isPerStep = (name: string) => name === 'learningRate' || name.startsWith('gradientNorm')

const peak = (points: Points) => points.reduce((most, [, y]) => Math.max(most, y), 0)

function chart(
  title: string,
  x: string,
  lines: readonly { readonly name: string; readonly points: Points }[],
): string {
  const series = lines.map(({ name, points }, i) => ({
    name,
    style: colours[i % colours.length]!,
    points: thinned(points),
    noDots: points.length > 60,
  }))
  return lineChart({
    title,
    x: { label: x, kind: 'linear', text: (value) => String(value) },
    y: { label: title.split(' by ')[0]!, kind: 'linear', text: numberText } satisfies Axis,
    series,
  })
}

const mostPoints = 1000

/** The lowest and the highest point of each stretch, so that no peak is lost. */
export function thinned(points: Points): Points {
  if (points.length <= mostPoints) return points
  const each = Math.ceil((2 * points.length) / mostPoints)
  return Array.from({ length: Math.ceil(points.length / each) }, (_, i) => {
    const stretch = points.slice(i * each, (i + 1) * each)
    const low = stretch.reduce((a, b) => (b[1] < a[1] ? b : a))
    const high = stretch.reduce((a, b) => (b[1] > a[1] ? b : a))
    return [low, high].sort((a, b) => a[0] - b[0])
  }).flat()
}

function epochTable({ epochs }: RunCurves): string {
  const names = [...epochs.keys()]
  const numbers = [...new Set([...epochs.values()].flatMap((points) => points.map(([epoch]) => epoch)))]
  const rows = numbers
    .sort((a, b) => a - b)
    .map((epoch) => {
      const cells = names.map((name) => {
        const value = epochs.get(name)!.find(([at]) => at === epoch)?.[1]
        return `<td>${value === undefined ? '' : numberText(value)}</td>`
      })
      return `<tr><td>${epoch}</td>${cells.join('')}</tr>`
    })
  const head = ['epoch', ...names].map((name) => `<th>${escapeXml(name)}</th>`).join('')
  return `<h2>Epochs</h2><div class="wide"><table><tr>${head}</tr>${rows.join('')}</table></div>`
}

function numberText(value: number): string {
  return String(Number(value.toPrecision(4)))
}
