/** How long each stage of a request took, from the times when the job passed them. */
import type { RequestEvent } from '../contract/event.ts'

export const phases = ['queue', 'assembly', 'compute', 'output'] as const
export type Phase = (typeof phases)[number]

/** Milliseconds; undefined where the request never got so far. */
export function phaseDurations({ times }: RequestEvent): Readonly<Record<Phase, number>> | undefined {
  if (!times) return undefined
  return {
    queue: times.dispatchedMs - times.queuedMs,
    assembly: times.computeStartMs - times.dispatchedMs,
    compute: times.computeEndMs - times.computeStartMs,
    output: times.endedMs - times.computeEndMs,
  }
}
