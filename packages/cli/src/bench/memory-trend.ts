/** Whether memory grows: the slope of its samples. */
import type { MemorySample } from './memory-log.ts'

export type MemorySeries = 'rssBytes' | 'heapBytes' | 'externalBytes' | 'wasmBytes'

/** Bytes in an hour, by series. */
export type MemoryTrend = Readonly<Partial<Record<MemorySeries, number>>>

const series: readonly MemorySeries[] = ['rssBytes', 'heapBytes', 'externalBytes', 'wasmBytes']
/** A line through fewer points, or through a shorter time, is chance. */
const leastSamples = 20
const leastMs = 60_000
const hourMs = 3_600_000

/** Of the second half of a test: in the first, code is still compiled and caches fill. */
export function memoryTrend(samples: readonly MemorySample[]): MemoryTrend {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last) return {}
  const half = samples.filter(({ atMs }) => atMs >= (first.atMs + last.atMs) / 2)
  if (half.length < leastSamples || last.atMs - half[0]!.atMs < leastMs) return {}
  return Object.fromEntries(
    series.flatMap((name) => {
      const points = half.flatMap(({ atMs, [name]: bytes }) =>
        bytes === undefined ? [] : [[atMs, bytes] as const],
      )
      return points.length < leastSamples ? [] : [[name, slopeOf(points) * hourMs] as const]
    }),
  )
}

/** Least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [midX, midY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const covariance = mean(points.map(([x, y]) => (x - midX) * (y - midY)))
  return covariance / mean(points.map(([x]) => (x - midX) ** 2))
}
