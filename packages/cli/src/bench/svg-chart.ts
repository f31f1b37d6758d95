/** Line charts as SVG: axes, lines with dots that say their values, and limits. */

export interface Axis {
  readonly label: string
  readonly kind: 'linear' | 'log'
  readonly text: (value: number) => string
  /** Marks to use instead of those that the range suggests. */
  readonly ticks?: readonly number[]
}

export interface Series {
  readonly name: string
  /** A class of the page's style sheet, which gives it its colour. */
  readonly style: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Points to draw hollow. */
  readonly isHollow?: (index: number) => boolean
  /** Too many points for dots. */
  readonly noDots?: boolean
}

export interface Chart {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
  /** Horizontal lines at values of y. */
  readonly limits?: readonly { readonly at: number; readonly name: string }[]
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

const [width, height] = [760, 340]
const frame = { left: 96, right: 28, top: 14, bottom: 46 }

/** A range of values laid over a range of pixels. */
interface Scale {
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
}

export function lineChart({ title, x, y, series, limits = [] }: Chart): string {
  const points = series.flatMap((one) => one.points)
  const xs = scaleOf(
    x,
    points.map(([value]) => value),
    [frame.left, width - frame.right],
  )
  const ys = scaleOf(
    y,
    [...points.map(([, value]) => value), ...limits.map(({ at }) => at)],
    [height - frame.bottom, frame.top],
  )
  const body = [
    ...yAxis(y, ys),
    ...xAxis(x, xs),
    ...limits.map((limit) => limitLine(limit, ys)),
    ...series.flatMap((one) => seriesMarks(one, x, y, xs, ys)),
  ]
  const names = series
    .map((one) => `<span class="${one.style}"><i></i>${escapeXml(one.name)}</span>`)
    .join(' ')
  return [
    `<figure><figcaption>${escapeXml(title)}</figcaption><p class="legend">${names}</p>`,
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    ...body,
    '</svg></figure>',
  ].join('\n')
}

function scaleOf(axis: Axis, values: readonly number[], [start, end]: readonly [number, number]): Scale {
  const map = axis.kind === 'log' ? Math.log10 : (value: number) => value
  const usable = [...values, ...(axis.ticks ?? [])].filter((value) => Number.isFinite(map(value)))
  const ticks =
    axis.ticks ?? ticksOf(axis.kind, Math.min(...usable, Infinity), Math.max(...usable, -Infinity))
  const [low, high] = [map(ticks[0]!), map(ticks.at(-1)!)]
  // What has no place on a logarithmic axis stands at its foot.
  const at = (value: number) =>
    start + ((Math.max(map(value), low) - low) / (high - low || 1)) * (end - start)
  return { at, ticks }
}

const mostTicks = 7

/** Marks around a range: at least two, the first at or below it, the last at or above it. */
export function ticksOf(kind: Axis['kind'], low: number, high: number): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return kind === 'log' ? [1, 10] : [0, 1]
  return kind === 'log' ? logTicks(low, high) : linearTicks(Math.min(low, 0), high)
}

function linearTicks(low: number, high: number): number[] {
  const rough = (high - low || 1) / (mostTicks - 1)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)]
  return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, i) => (first + i) * step)
}

function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const decades = Array.from({ length: Math.max(last - first, 1) + 1 }, (_, i) => 10 ** (first + i))
  if (decades.length > 3) return decades
  const fine = decades.flatMap((power) => [power, 2 * power, 5 * power])
  const from = fine.findLastIndex((value) => value <= low)
  const to = fine.findIndex((value) => value >= high)
  return fine.slice(Math.max(from, 0), Math.max(to, from + 1) + 1)
}

const px = (value: number) => value.toFixed(1)

function yAxis(axis: Axis, { at, ticks }: Scale): string[] {
  const marks = ticks.flatMap((tick) => [
    `<line class="grid" x1="${frame.left}" x2="${width - frame.right}" y1="${px(at(tick))}" y2="${px(at(tick))}"/>`,
    `<text class="tick" text-anchor="end" x="${frame.left - 8}" y="${px(at(tick) + 4)}">${escapeXml(axis.text(tick))}</text>`,
  ])
  const middle = (frame.top + height - frame.bottom) / 2
  const label = `<text class="label" text-anchor="middle" transform="translate(14 ${middle}) rotate(-90)">${escapeXml(axis.label)}</text>`
  return [...marks, label]
}

function xAxis(axis: Axis, { at, ticks }: Scale): string[] {
  const marks = ticks.map(
    (tick) =>
      `<text class="tick" text-anchor="middle" x="${px(at(tick))}" y="${height - frame.bottom + 18}">${escapeXml(axis.text(tick))}</text>`,
  )
  const middle = (frame.left + width - frame.right) / 2
  const label = `<text class="label" text-anchor="middle" x="${middle}" y="${height - 8}">${escapeXml(axis.label)}</text>`
  return [...marks, label]
}

function limitLine({ at, name }: { readonly at: number; readonly name: string }, ys: Scale): string {
  const y = ys.at(at)
  const line = `<line class="limit" x1="${frame.left}" x2="${width - frame.right}" y1="${px(y)}" y2="${px(y)}"/>`
  return `${line}<text class="limit" text-anchor="end" x="${width - frame.right}" y="${px(y - 5)}">${escapeXml(name)}</text>`
}

function seriesMarks(one: Series, x: Axis, y: Axis, xs: Scale, ys: Scale): string[] {
  const places = one.points.map(([a, b]) => `${px(xs.at(a))},${px(ys.at(b))}`)
  const line = `<polyline class="${one.style}" points="${places.join(' ')}"/>`
  if (one.noDots) return [line]
  const dots = one.points.map(([a, b], i) => {
    const look = one.isHollow?.(i) ? `${one.style} hollow` : one.style
    const text = `${one.name}: ${y.text(b)} at ${x.text(a)}`
    return `<circle class="${look}" cx="${px(xs.at(a))}" cy="${px(ys.at(b))}" r="3.5"><title>${escapeXml(text)}</title></circle>`
  })
  return [line, ...dots]
}
