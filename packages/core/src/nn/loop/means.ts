/** Means of numbers over batches, each with the number of its examples as weight. */
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import type { Logs } from './callback.ts'

/** Sums of a mean so far, as checkpoints keep them. */
export interface MeanState {
  readonly sums: Readonly<Record<string, number>>
  /** Numbers of which the last one counts, such as learning rates. */
  readonly latest: Logs
  readonly weight: number
}

export interface Means {
  add(values: Logs, latest: Logs, weight: number): void
  logs(): Logs
  /** Of all examples so far. */
  readonly weight: number
  state(): MeanState
}

export function means({ sums, latest, weight }: MeanState = { sums: {}, latest: {}, weight: 0 }): Means {
  const total = new Map(Object.entries(sums))
  let last = latest
  let all = weight
  return {
    add(values, now, own) {
      // What is not a number in a batch without examples does not count.
      if (own > 0)
        for (const [name, value] of Object.entries(values))
          total.set(name, (total.get(name) ?? 0) + value * own)
      last = { ...last, ...now }
      all += own
    },
    logs: () => ({
      ...Object.fromEntries([...total].map(([name, sum]) => [name, sum / all])),
      ...last,
    }),
    get weight() {
      return all
    },
    state: () => ({ sums: Object.fromEntries(total), latest: last, weight: all }),
  }
}

/** Tensors with the batch as their first axis; `mask` is 0 for what only fills a short batch up. */
export type HostBatch = Readonly<Record<string, HostTensor>> & { readonly mask?: HostTensor }

/** How many examples of a batch count. */
export function weightOf(batch: HostBatch): number {
  const { mask } = batch
  if (!mask) return Object.values(batch)[0]?.shape[0] ?? 1
  let sum = 0
  for (const one of mask.data) sum += Number(one)
  return sum
}
