/** Numbers of reports, short. */

const digits = (value: number, most: number) => value.toLocaleString('en-US', { maximumFractionDigits: most })

/** Three digits are what the histogram keeps: `0.834 ms`, `12.4 ms`, `1,250 ms`. */
export function msText(ms: number): string {
  return `${digits(ms, ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`
}

export function percentText(share: number, most = 2): string {
  return `${digits(share * 100, most)} %`
}

export function rateText(qps: number): string {
  return `${digits(qps, qps < 100 ? 1 : 0)}/s`
}
