/** Tries again what may have failed by chance, each time after a longer pause. */
export interface RetryOptions {
  readonly attempts: number
  /** Of the first pause; each one after it is twice as long. */
  readonly pauseMs: number
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  /** From 0 to 1: spreads the pauses of many clients. */
  readonly random: () => number
}

/** Throws what the last try threw, and at once what `mayRetry` says no to. */
export async function retry<T>(
  task: () => Promise<T>,
  mayRetry: (error: unknown) => boolean,
  { attempts, pauseMs, sleep, random }: RetryOptions,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await task()
    } catch (error) {
      if (attempt >= attempts || signal?.aborted || !mayRetry(error)) throw error
      await sleep(pauseMs * 2 ** (attempt - 1) * (0.5 + random() / 2), signal)
    }
  }
}
