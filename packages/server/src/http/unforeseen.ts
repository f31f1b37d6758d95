/** An error that nobody foresaw, over either protocol: an alert, whose error goes to the log and nowhere else. */
import type { Observe } from '../contract/event.ts'

/** `what` failed, such as the path of a route. */
export function tellUnforeseen(observe: Observe, what: string, error: unknown): void {
  const message = `${what} failed for a reason that nobody foresaw; it is in the log`
  observe({ kind: 'alert', severity: 'critical', message, model: undefined, error })
}
