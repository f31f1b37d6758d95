/** The calls under way: knows when none is left, and can stop all of them. */

export interface RunningCall {
  /** Stops the call. Calls of one connection that end together may share it. */
  readonly controller: AbortController
}

export interface Calls {
  /** Counts a call until `end` is told of it. */
  begin(controller: AbortController): RunningCall
  end(call: RunningCall): void
  /** Resolves once no call is under way. */
  drained(): Promise<void>
  abortAll(reason: Error): void
}

export function countCalls(): Calls {
  const running = new Set<RunningCall>()
  const waiting: (() => void)[] = []
  return {
    begin(controller) {
      const call = { controller }
      running.add(call)
      return call
    },
    end(call) {
      running.delete(call)
      if (running.size === 0) for (const resolve of waiting.splice(0)) resolve()
    },
    drained: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    abortAll(reason) {
      for (const { controller } of running) controller.abort(reason)
    },
  }
}
