/** The longest that a timer of 1 ms had to wait while `work` was under way, in milliseconds. */
export async function eventLoopGap(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now()
  let longest = 0
  const tick = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(tick, 1)
  try {
    await work()
  } finally {
    clearInterval(timer)
    tick()
  }
  return longest
}
