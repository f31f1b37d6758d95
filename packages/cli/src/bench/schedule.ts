/** When requests are planned to start, whatever the server does. */
import { seededRandom } from './random.ts'

export const arrivalKinds = ['poisson', 'constant'] as const
export type Arrivals = (typeof arrivalKinds)[number]

export interface Schedule {
  readonly arrivals: Arrivals
  readonly qps: number
  readonly durationMs: number
  readonly seed: number
}

/** Milliseconds from the start of a step, ascending, all below its duration. */
export function* plannedTimes({ arrivals, qps, durationMs, seed }: Schedule): Generator<number, void> {
  const gapMs = 1000 / qps
  switch (arrivals) {
    case 'constant': {
      const count = Math.round(durationMs / gapMs)
      for (let i = 0; i < count; i++) yield i * gapMs
      return
    }
    case 'poisson': {
      const random = seededRandom(seed)
      // Gaps of a Poisson process: exponential, by the inverse of their distribution.
      const gap = () => -Math.log(1 - random()) * gapMs
      for (let atMs = gap(); atMs < durationMs; atMs += gap()) yield atMs
      return
    }
    default:
      arrivals satisfies never
  }
}
