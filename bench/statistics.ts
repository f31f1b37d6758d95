/** Summaries of measured times. */

export interface Summary {
  readonly min: number
  readonly median: number
}

export interface Spread {
  readonly median: number
  readonly p10: number
  readonly p90: number
}

/** The value below which a share of a list lies, interpolated between neighbours. NaN for an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]
  const high = sorted[Math.ceil(at)]
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at - Math.floor(at))
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function summary(values: readonly number[]): Summary {
  return { min: values.length === 0 ? Number.NaN : Math.min(...values), median: median(values) }
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

/** How many times faster than the baseline, round by round: noise that lasts longer than a round cancels out. */
export function speedups(baseline: readonly number[], times: readonly number[]): Spread {
  const ratios = times.slice(0, baseline.length).map((time, round) => baseline[round]! / time)
  return { median: median(ratios), p10: quantile(ratios, 0.1), p90: quantile(ratios, 0.9) }
}
