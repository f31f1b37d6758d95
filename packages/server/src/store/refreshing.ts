/**
 * One read at a time. A call while reading is followed by another read, which all who called meanwhile share: each
 * call resolves once a read that began after it has ended, and rejects where that one failed.
 */
export function refreshing(read: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = () => {
    running = read().finally(() => {
      running = undefined
    })
    return running
  }
  return () => {
    if (!running) return start()
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return running ?? start()
      })
    return next
  }
}
