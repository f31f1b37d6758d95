/** The end of a worker that cannot begin. */

/** Lets an error end the worker that it happened in: its owner then hears of it. */
export function failWorker(error: unknown): void {
  // A rejected promise would not do: browsers tell it to the worker alone.
  queueMicrotask(() => {
    throw error
  })
}
