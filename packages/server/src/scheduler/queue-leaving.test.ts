import { describe, expect, it } from 'vitest'
import { ModelQueuePolicy_TimeoutAction as Action } from '../proto/model_config_pb.ts'
import { turn } from '../testing/fake-clock.ts'
import { bench, jobOf, ran, watch } from '../testing/scheduler-bench.ts'

const dynamic = (value: object, maxBatchSize = 1) => ({
  maxBatchSize,
  schedulingChoice: { case: 'dynamicBatching' as const, value },
})

describe('timeouts', () => {
  const policy = (value: object) =>
    dynamic({ defaultQueuePolicy: { defaultTimeoutMicroseconds: 10_000n, ...value } })

  it('refuse a job at its time even when every instance is busy', async () => {
    const { scheduler, executor, clock } = bench(policy({}))
    const running = watch(scheduler.submit(jobOf([1])))
    const waiting = watch(scheduler.submit(jobOf([2])))
    await clock.advance(9)
    expect(waiting.outcome()).toBe('open')
    await clock.advance(1)
    expect(waiting.outcome()).toBe('SLP-R12')
    await expect(waiting.result).rejects.toThrow('Request timeout expired')
    await clock.advance(1000)
    executor.runs[0]!.finish()
    await turn()
    expect(running.outcome()).toEqual([1])
    expect(executor.runs.length).toBe(1)
    expect(clock.timers).toBe(0)
  })

  it('may be lowered by a request where the policy allows it, never raised', async () => {
    const at = async (allowTimeoutOverride: boolean, timeout: number | bigint, config = {}) => {
      const { scheduler, clock } = bench(policy({ allowTimeoutOverride, ...config }))
      watch(scheduler.submit(jobOf([1])))
      const job = watch(scheduler.submit(jobOf([2], { parameters: { timeout } })))
      for (let ms = 1; ms <= 20; ms++) {
        await clock.advance(1)
        if (job.outcome() !== 'open') return ms
      }
      return 'never'
    }
    expect(await at(true, 3000)).toBe(3)
    expect(await at(true, 3000n)).toBe(3)
    expect(await at(true, 0)).toBe(10)
    expect(await at(true, 15_000)).toBe(10)
    expect(await at(false, 3000)).toBe(10)
    expect(await at(true, 3000, { defaultTimeoutMicroseconds: 0n })).toBe(3)
    expect(await at(false, 3000, { defaultTimeoutMicroseconds: 0n })).toBe('never')
  })

  it('delay a job behind those of its level that came in time, where that is the policy', async () => {
    const { scheduler, executor, clock } = bench(policy({ timeoutAction: Action.DELAY }))
    watch(scheduler.submit(jobOf([1])))
    watch(scheduler.submit(jobOf([2])))
    await clock.advance(5)
    watch(scheduler.submit(jobOf([3])))
    await clock.advance(6)
    watch(scheduler.submit(jobOf([4])))
    for (let i = 0; i < 4; i++) {
      executor.runs[i]!.finish()
      await turn()
    }
    expect(ran(executor).flat()).toEqual([1, 3, 4, 2])
  })

  it('serve a delayed job of a high level before timely ones of a lower level', async () => {
    const { scheduler, executor, clock } = bench(
      dynamic({
        priorityLevels: 2n,
        defaultPriorityLevel: 2n,
        defaultQueuePolicy: { timeoutAction: Action.DELAY, defaultTimeoutMicroseconds: 1000n },
      }),
    )
    for (const [value, priority] of [
      [1, 2],
      [2, 2],
      [3, 1],
    ])
      watch(scheduler.submit(jobOf([value!], { parameters: { priority: priority! } })))
    await clock.advance(2)
    watch(scheduler.submit(jobOf([4], { parameters: { priority: 2 } })))
    for (let i = 0; i < 4; i++) {
      executor.runs[i]!.finish()
      await turn()
    }
    expect(ran(executor).flat()).toEqual([1, 3, 4, 2])
  })

  it('do not let an expired job run or take room when timers are late', async () => {
    const { scheduler, executor, clock } = bench(policy({ maxQueueSize: 1 }))
    watch(scheduler.submit(jobOf([1])))
    const expired = watch(scheduler.submit(jobOf([2])))
    clock.freeze(50)
    const next = watch(scheduler.submit(jobOf([3])))
    executor.runs[0]!.finish()
    await turn()
    expect([expired.outcome(), next.outcome()]).toEqual(['SLP-R12', 'open'])
    expect(ran(executor)).toEqual([[1], [3]])
  })
})

describe('deadlines', () => {
  it('end a job while it waits, while it runs, and before it is queued', async () => {
    const { scheduler, executor, clock } = bench({})
    const running = watch(scheduler.submit(jobOf([1], { deadlineMs: 1010 })))
    const waiting = watch(scheduler.submit(jobOf([2], { deadlineMs: 1005 })))
    await clock.advance(5)
    expect([running.outcome(), waiting.outcome()]).toEqual(['open', 'SLP-R20'])
    expect(executor.runs[0]!.signal.aborted).toBe(false)
    await clock.advance(5)
    expect(running.outcome()).toBe('SLP-R20')
    expect(executor.runs[0]!.signal.aborted).toBe(true)
    await expect(scheduler.submit(jobOf([3], { deadlineMs: 1010 }))).rejects.toMatchObject({
      code: 'SLP-R20',
    })
    expect(clock.timers).toBe(0)
  })

  it('leave nothing behind once a job is answered', async () => {
    const { scheduler, executor, clock } = bench({})
    const job = watch(scheduler.submit(jobOf([1], { deadlineMs: 2000 })))
    executor.runs[0]!.finish()
    await turn()
    expect(job.outcome()).toEqual([1])
    expect(clock.timers).toBe(0)
  })
})

describe('cancellation', () => {
  it('removes a queued job at once, and refuses one that comes cancelled', async () => {
    const { scheduler, executor } = bench({})
    watch(scheduler.submit(jobOf([1])))
    const leaving = new AbortController()
    const job = watch(scheduler.submit(jobOf([2], { signal: leaving.signal })))
    leaving.abort()
    expect(scheduler.pending).toBe(0)
    await turn()
    expect(job.outcome()).toBe('SLP-S7')
    await expect(scheduler.submit(jobOf([3], { signal: leaving.signal }))).rejects.toMatchObject({
      code: 'SLP-S7',
    })
    expect(executor.runs.length).toBe(1)
  })

  it('keeps the instance busy until a cancelled run has ended', async () => {
    const { scheduler, executor } = bench({})
    const leaving = new AbortController()
    const job = watch(scheduler.submit(jobOf([1], { signal: leaving.signal })))
    watch(scheduler.submit(jobOf([2])))
    leaving.abort()
    await turn()
    expect([job.outcome(), executor.runs.length, scheduler.running]).toEqual(['SLP-S7', 1, 0])
    expect(executor.runs[0]!.signal.aborted).toBe(true)
    executor.runs[0]!.fail(new Error('aborted'))
    await turn()
    expect(executor.runs.length).toBe(2)
  })
})
