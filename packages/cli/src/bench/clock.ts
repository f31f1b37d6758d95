/** Time of a load test. Tests hand in one of their own. */
export interface Clock {
  nowMs(): number
  /** Resolves at `atMs`, or as soon after it as the process can; always lets pending work go first. */
  until(atMs: number): Promise<void>
  /** What the load generator itself has used of processors so far. */
  cpuMs(): number
}

/** Timers of Node are late by up to a millisecond and a half; what is nearer than this is napped away. */
const timerSlackMs = 2
/** A nap holds up the answers that arrive in it: short against a millisecond, long against the cost of waking. */
const napMs = 0.1
/** How long an abort may go unnoticed. */
const longestTimerMs = 200

/**
 * The clock of the process. After an abort no wait takes long.
 *
 * Close to its goal it naps instead of spinning: a load generator that keeps a core busy takes it from the server
 * that it measures.
 */
export function processClock(signal: AbortSignal): Clock {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  return {
    nowMs: () => performance.now(),
    cpuMs() {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1000
    },
    async until(atMs) {
      do {
        const leftMs = atMs - performance.now()
        if (leftMs > timerSlackMs) await timer(Math.min(leftMs - timerSlackMs, longestTimerMs))
        else {
          if (leftMs > 0) Atomics.wait(cell, 0, 0, Math.min(leftMs, napMs))
          await immediate()
        }
      } while (performance.now() < atMs && !signal.aborted)
    },
  }
}

const timer = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
