/** Latencies at three digits in constant memory. */
import { build } from 'hdr-histogram-js'

/** A percentile and the latency that so many requests do not exceed. */
export type SpectrumPoint = readonly [percentile: number, ms: number]

export interface LatencySummary {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  readonly mean: number
}

export interface Latencies {
  record(ms: number): void
  readonly count: number
  /** All zero where nothing was recorded. */
  summary(): LatencySummary
  /** Finer towards the tail, up to where a point would stand for less than one request. */
  spectrum(): SpectrumPoint[]
}

const microseconds = 1000
const pointsPerDecade = 8

export function createLatencies(): Latencies {
  const histogram = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: 3 })
  let [sum, max] = [0, 0]
  // The histogram answers with the upper edge of a bucket, which may lie above everything recorded.
  const at = (percentile: number) => Math.min(histogram.getValueAtPercentile(percentile) / microseconds, max)
  return {
    record(ms) {
      const value = Math.max(ms, 0)
      histogram.recordValue(Math.round(value * microseconds))
      sum += value
      max = Math.max(max, value)
    },
    get count() {
      return histogram.totalCount
    },
    summary: () => ({
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max,
      mean: sum / Math.max(histogram.totalCount, 1),
    }),
    spectrum() {
      const points: SpectrumPoint[] = []
      for (let k = 0; histogram.totalCount > 0; k++) {
        const tail = 10 ** (-k / pointsPerDecade)
        // Just below one, since powers of ten are off by rounding.
        if (tail * histogram.totalCount < 0.999) break
        const percentile = 100 * (1 - tail)
        points.push([percentile, at(percentile)])
      }
      return points
    },
  }
}
