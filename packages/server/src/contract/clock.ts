/** Time as the stages see it; a test passes one of its own. */
export interface Clock {
  /** On the clock of `performance.now()`. */
  nowMs(): number
  /** Calls `run` once, in a turn of its own and never before `delayMs` have passed; the returned function calls it off. */
  setTimer(delayMs: number, run: () => void): () => void
}

/** Beyond this `setTimeout` fires at once. */
const longestMs = 2 ** 31 - 1

/** Timers of Node fire up to a millisecond early or late; the last part of a wait is therefore spent in turns of the event loop. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  setTimer(delayMs, run) {
    const dueMs = performance.now() + delayMs
    let timeout: NodeJS.Timeout | undefined
    let immediate: NodeJS.Immediate | undefined
    const wait = (leftMs: number) => {
      if (leftMs < 1) immediate = setImmediate(check)
      else timeout = setTimeout(check, Math.min(Math.floor(leftMs), longestMs))
    }
    const check = () => {
      const leftMs = dueMs - performance.now()
      if (leftMs > 0) wait(leftMs)
      else run()
    }
    wait(delayMs)
    return () => {
      clearTimeout(timeout)
      clearImmediate(immediate)
    }
  },
}
