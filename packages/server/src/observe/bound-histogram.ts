/**
 * Histograms for what happens several times in each request. The library writes them out; counting is ours, since its
 * own looks a child up by all labels, which costs more than the rest of the events of a request together.
 */
import type { Metric, Registry } from 'prom-client'

export interface BoundHistogramOptions<T extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly T[]
  /** Upper bounds in ascending order. */
  readonly buckets: readonly number[]
}

/** Counts a value for the labels in the order of their names. */
export type ObserveValue = (value: number, ...labels: readonly string[]) => void

interface Child {
  readonly labels: readonly string[]
  /** By bucket; values above all bounds come last. */
  readonly counts: Float64Array
  sum: number
}

interface Sample {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** Adds a histogram to what the registry writes. */
export function boundHistogram<T extends string>(
  registry: Registry,
  { name, help, labelNames, buckets }: BoundHistogramOptions<T>,
): ObserveValue {
  const children = new Map<string, Child>()
  const samplesOf = ({ labels, counts, sum }: Child): Sample[] => {
    const named = Object.fromEntries(labelNames.map((label, i) => [label, labels[i] ?? '']))
    let total = 0
    const cumulated = buckets.map((le, i) => {
      total += counts[i]!
      return { metricName: `${name}_bucket`, labels: { le, ...named }, value: total }
    })
    total += counts[buckets.length]!
    return [
      ...cumulated,
      { metricName: `${name}_bucket`, labels: { le: '+Inf', ...named }, value: total },
      { metricName: `${name}_sum`, labels: named, value: sum },
      { metricName: `${name}_count`, labels: named, value: total },
    ]
  }
  const metric = {
    name,
    help,
    get: async () => ({ name, help, type: 'histogram', values: [...children.values()].flatMap(samplesOf) }),
    reset: () => children.clear(),
  }
  registry.registerMetric(metric as never as Metric) // the part of a metric that the registry asks for
  return (value, ...labels) => {
    const key = labels.join('\0')
    let child = children.get(key)
    if (!child) {
      child = { labels, counts: new Float64Array(buckets.length + 1), sum: 0 }
      children.set(key, child)
    }
    child.sum += value
    const at = buckets.findIndex((bound) => value <= bound)
    child.counts[at < 0 ? buckets.length : at]!++
  }
}
