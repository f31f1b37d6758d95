/** The calls under way: knows when none is left, and can stop all of them. */

export interface Calls {
  /** Counts a call until it is over. Its signal is aborted by `abortAll`, and by the call's own controller. */
  begin(): { readonly controller: AbortController; end(): void }
  /** Resolves once no call is under way. */
  drained(): Promise<void>
  abortAll(reason: Error): void
}

export function countCalls(): Calls {
  const running = new Set<AbortController>()
  const waiting: (() => void)[] = []
  return {
    begin() {
      const controller = new AbortController()
      running.add(controller)
      return {
        controller,
        end() {
          running.delete(controller)
          if (running.size === 0) for (const resolve of waiting.splice(0)) resolve()
        },
      }
    },
    drained: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    abortAll(reason) {
      for (const controller of running) controller.abort(reason)
    },
  }
}
