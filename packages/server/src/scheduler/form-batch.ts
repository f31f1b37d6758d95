/** Which of the waiting jobs run together now, and why; the order of decisions is that of Triton's dynamic batcher. */
import type { DispatchReason } from '../contract/job.ts'
import type { Entry } from './entry.ts'
import type { JobQueue } from './job-queue.ts'

export interface BatchRules {
  /** Most elements of a batch; at most 1: every job runs alone. */
  readonly maxSize: number
  /** In ascending order. */
  readonly preferred: readonly number[]
  /** How long the oldest job of a batch may wait for others; 0: not at all. */
  readonly delayMs: number
}

export type Formed =
  | { readonly kind: 'run'; readonly jobs: number; readonly reason: DispatchReason }
  /** Nothing to run before this time, unless more jobs come. */
  | { readonly kind: 'wait'; readonly untilMs: number }

/**
 * Looks at the jobs in the order in which they are served. A preferred size that is reached is taken; where none can be
 * any more, what there is runs; else the oldest waits out its delay.
 *
 * @param hurry No job will come any more.
 */
export function formBatch(queue: JobQueue, rules: BatchRules, nowMs: number, hurry: boolean): Formed {
  if (rules.maxSize <= 1) return { kind: 'run', jobs: 1, reason: 'single' }
  const { maxSize, preferred, delayMs } = rules
  const largest = preferred.at(-1) ?? maxSize
  let size = 0
  let jobs = 0
  let best: { readonly jobs: number; readonly reason: DispatchReason } | undefined
  let stop: DispatchReason | undefined
  let oldestMs = Number.POSITIVE_INFINITY
  const first = queue.first
  for (let entry = first; entry; entry = queue.after(entry)) {
    const weight = weightOf(entry)
    if (jobs > 0) {
      if (!best && size + weight > largest) best = { jobs, reason: 'full' }
      if (size + weight > maxSize) stop = 'full'
      else if (entry.shapeKey !== first?.shapeKey) stop = 'shape-mismatch'
      if (stop) break
    }
    size += weight
    jobs += 1
    oldestMs = Math.min(oldestMs, entry.queuedMs)
    if (size >= maxSize) best = { jobs, reason: 'full' }
    else if (preferred.includes(size)) best = { jobs, reason: 'preferred' }
  }
  const expired = delayMs > 0 && nowMs >= oldestMs + delayMs
  if (best && !expired) return { kind: 'run', ...best }
  if (stop) return { kind: 'run', jobs, reason: stop }
  if (size >= maxSize) return { kind: 'run', jobs, reason: 'full' }
  if (expired) return { kind: 'run', jobs, reason: 'delay' }
  if (size >= largest) return { kind: 'run', jobs, reason: 'full' }
  if (delayMs === 0 || hurry) return { kind: 'run', jobs, reason: 'idle' }
  return { kind: 'wait', untilMs: oldestMs + delayMs }
}

/** A job without elements takes room too, or a batch of such jobs would never end. */
function weightOf({ elements }: Entry): number {
  return Math.max(1, elements)
}
