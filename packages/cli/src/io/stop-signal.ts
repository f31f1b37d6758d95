/** Ctrl-C and SIGTERM: the first asks a command to stop, a later one ends the process. */

export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
}

export interface StopOptions {
  readonly source: SignalSource
  readonly nowMs: () => number
  /** Ends the process by the signal itself, which nobody handles any more. */
  readonly end: (signal: NodeJS.Signals) => void
}

const signals = ['SIGINT', 'SIGTERM'] as const
/** npm passes on what the terminal has sent to its child as well: the same key press comes twice. */
const echoMs = 300

/** Aborted by the first signal. */
export function stopSignal({ source, nowMs, end }: StopOptions): AbortSignal {
  const stop = new AbortController()
  let firstMs: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstMs === undefined) {
      firstMs = nowMs()
      stop.abort(new Error(`stopped by ${signal}`))
    } else if (nowMs() - firstMs > echoMs) {
      for (const one of signals) source.off(one, onSignal)
      end(signal)
    }
  }
  for (const one of signals) source.on(one, onSignal)
  return stop.signal
}
