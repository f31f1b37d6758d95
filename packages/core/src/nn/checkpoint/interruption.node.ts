/** Ctrl-C as a signal for `fit`. */

export interface Interruption extends Disposable {
  /** Aborted by the first SIGINT. */
  readonly signal: AbortSignal
}

/**
 * The first SIGINT aborts the signal, on which `fit` saves a checkpoint and stops; the second one ends the process as if
 * nobody listened. Dispose of it after the run.
 *
 * @example
 * const interruption = onInterrupt()
 * // await fit({ …, signal: interruption.signal })
 * interruption.signal.aborted // false
 * interruption[Symbol.dispose]()
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController()
  // Who listens once is gone when the second one comes, and the system does what it does without listeners.
  const abort = () => controller.abort(new Error('interrupted'))
  process.once('SIGINT', abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', abort),
  }
}
