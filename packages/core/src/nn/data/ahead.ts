/** Work ahead of whoever reads a stream, bounded, so that a slow reader holds back what feeds it. */

/** Applies a function to all elements, at most `concurrency` at the same time; results keep their order. */
export async function* parallelMap<T, U>(
  from: AsyncIterable<T>,
  change: (element: T) => U | Promise<U>,
  concurrency: number,
): AsyncIterable<U> {
  if (concurrency <= 1) {
    for await (const one of from) yield await change(one)
    return
  }
  const underWay: Promise<U>[] = []
  for await (const one of from) {
    const result = Promise.resolve(change(one))
    // Whoever waits for it hears of a failure; until then nobody must.
    result.catch(() => {})
    underWay.push(result)
    if (underWay.length >= concurrency) yield await underWay.shift()!
  }
  while (underWay.length > 0) yield await underWay.shift()!
}

/** Reads so many elements ahead. Stops reading once nobody listens any more. */
export async function* prefetched<T>(from: AsyncIterable<T>, count: number): AsyncIterable<T> {
  const iterator = from[Symbol.asyncIterator]()
  const next = () => {
    const result = iterator.next()
    result.catch(() => {})
    return result
  }
  const ahead = Array.from({ length: Math.max(1, count) }, next)
  try {
    for (;;) {
      const result = await ahead.shift()!
      if (result.done) return
      ahead.push(next())
      yield result.value
    }
  } finally {
    await iterator.return?.()
  }
}
