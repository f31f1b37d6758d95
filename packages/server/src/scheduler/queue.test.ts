import { describe, expect, it } from 'vitest'
import { ModelQueuePolicy_TimeoutAction as Action } from '../proto/model_config_pb.ts'
import { turn } from '../testing/fake-clock.ts'
import { fakeExecutor } from '../testing/fake-executor.ts'
import { bench, jobOf, ran, watch } from '../testing/scheduler-bench.ts'

const dynamic = (value: object, maxBatchSize = 1) => ({
  maxBatchSize,
  schedulingChoice: { case: 'dynamicBatching' as const, value },
})

describe('without batching', () => {
  it('starts a job in the same turn where an instance is free, and queues it where none is', async () => {
    const { scheduler, executor, batches } = bench({}, { executor: fakeExecutor(2) })
    const jobs = [1, 2, 3].map((value) => watch(scheduler.submit(jobOf([value]))))
    expect(ran(executor)).toEqual([[1], [2]])
    expect([scheduler.running, scheduler.pending]).toEqual([2, 1])
    executor.runs[1]!.finish()
    await turn()
    expect(ran(executor)).toEqual([[1], [2], [3]])
    expect(jobs.map(({ outcome }) => outcome())).toEqual(['open', [2], 'open'])
    for (const run of executor.runs) run.finish()
    await turn()
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[1], [2], [3]])
    expect(batches.map(({ reason, requests }) => [reason, requests])).toEqual(Array(3).fill(['single', 1]))
    expect([scheduler.running, scheduler.pending]).toEqual([0, 0])
  })

  it('hands inputs and outputs over without a copy', async () => {
    const { scheduler, executor } = bench({})
    const job = jobOf([1, 2])
    const result = scheduler.submit(job)
    expect(executor.runs[0]!.inputs).toBe(job.inputs)
    executor.runs[0]!.finish()
    expect((await result).outputs.get('y')!.data).toBe(job.inputs.get('x')!.data)
  })

  it('says when a job passed each stage', async () => {
    const { scheduler, executor, clock } = bench({})
    const first = scheduler.submit(jobOf([1]))
    const second = scheduler.submit(jobOf([2]))
    await clock.advance(5)
    executor.runs[0]!.finish()
    await first
    await clock.advance(7)
    executor.runs[1]!.finish()
    const { times, batchSize } = await second
    expect(times).toEqual({
      queuedMs: 1000,
      dispatchedMs: 1005,
      computeStartMs: 1005,
      computeEndMs: 1012,
      endedMs: 1012,
    })
    expect(batchSize).toBe(1)
  })

  it('bounds its queue where the server does', async () => {
    const { scheduler } = bench({}, { maxQueueSize: 2 })
    const jobs = [1, 2, 3, 4].map((value) => watch(scheduler.submit(jobOf([value]))))
    await turn()
    expect(jobs.map(({ outcome }) => outcome())).toEqual(['open', 'open', 'open', 'SLP-R11'])
  })
})

describe('the size of a queue', () => {
  it('is exact: jobs that run do not count, jobs that left make room', async () => {
    const { scheduler, executor } = bench(dynamic({ defaultQueuePolicy: { maxQueueSize: 2 } }))
    const leaving = new AbortController()
    watch(scheduler.submit(jobOf([1])))
    watch(scheduler.submit(jobOf([2], { signal: leaving.signal })))
    watch(scheduler.submit(jobOf([3])))
    await expect(scheduler.submit(jobOf([4]))).rejects.toMatchObject({
      code: 'SLP-R11',
      message: expect.stringContaining('Exceeds maximum queue size'),
    })
    leaving.abort()
    const fifth = watch(scheduler.submit(jobOf([5])))
    const sixth = watch(scheduler.submit(jobOf([6])))
    await turn()
    expect([fifth.outcome(), sixth.outcome()]).toEqual(['open', 'SLP-R11'])
    executor.runs[0]!.finish()
    await turn()
    const seventh = watch(scheduler.submit(jobOf([7])))
    await turn()
    expect(seventh.outcome()).toBe('open')
    expect(scheduler.pending).toBe(2)
  })

  it('counts what a policy of a level says, and delayed jobs with it', async () => {
    const config = dynamic({
      priorityLevels: 2n,
      defaultPriorityLevel: 2n,
      defaultQueuePolicy: { maxQueueSize: 3 },
      priorityQueuePolicy: {
        1: { maxQueueSize: 1, timeoutAction: Action.DELAY, defaultTimeoutMicroseconds: 1000n },
      },
    })
    const { scheduler, clock } = bench(config)
    const submit = (priority: number) => watch(scheduler.submit(jobOf([0], { parameters: { priority } })))
    submit(1)
    submit(1)
    await clock.advance(5)
    const jobs = [submit(1), submit(2), submit(2), submit(0), submit(2)]
    await turn()
    expect(jobs.map(({ outcome }) => outcome())).toEqual(['SLP-R11', 'open', 'open', 'open', 'SLP-R11'])
  })
})

describe('priorities', () => {
  it('let higher levels pass all lower ones; 0 and unknown levels are the default', async () => {
    const { scheduler, executor } = bench(dynamic({ priorityLevels: 3n, defaultPriorityLevel: 2n }))
    const order: number[] = []
    const priorities = [1, 3, 2, 0, 1, 99, 3n, 1]
    priorities.forEach((priority, i) => {
      scheduler.submit(jobOf([i], { parameters: { priority } })).then(() => order.push(i))
    })
    for (let i = 0; i < priorities.length; i++) {
      executor.runs[i]!.finish()
      await turn()
    }
    expect(order).toEqual([0, 4, 7, 2, 3, 5, 1, 6])
  })

  it('may be as many as the protocol can name', async () => {
    const { scheduler, executor } = bench(
      dynamic({ priorityLevels: 2n ** 63n, defaultPriorityLevel: 2n ** 62n }),
    )
    for (let i = 0; i < 100; i++)
      watch(scheduler.submit(jobOf([i], { parameters: { priority: 1_000_000 - i } })))
    for (let i = 0; i < 100; i++) {
      executor.runs[i]!.finish()
      await turn()
    }
    expect(ran(executor).flat()).toEqual([0, ...Array.from({ length: 99 }, (_, i) => 99 - i)])
  })

  it('must be numbers', async () => {
    const { scheduler } = bench(dynamic({ priorityLevels: 3n, defaultPriorityLevel: 2n }))
    for (const priority of ['1', -1, 1.5, true])
      await expect(scheduler.submit(jobOf([1], { parameters: { priority } }))).rejects.toMatchObject({
        code: 'SLP-R4',
      })
  })
})

describe('draining', () => {
  it('refuses new jobs and resolves when the last one has ended', async () => {
    const { scheduler, executor } = bench({})
    const jobs = [1, 2].map((value) => watch(scheduler.submit(jobOf([value]))))
    let drained = false
    const done = scheduler.drain().then(() => {
      drained = true
    })
    await expect(scheduler.submit(jobOf([3]))).rejects.toMatchObject({ code: 'SLP-R7' })
    for (const i of [0, 1]) {
      await turn()
      expect(drained).toBe(false)
      executor.runs[i]!.finish()
    }
    await done
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[1], [2]])
    await scheduler.drain()
  })

  it('waits for a run whose job was given up, and is done at once where there is nothing', async () => {
    const { scheduler, executor } = bench({})
    const leaving = new AbortController()
    watch(scheduler.submit(jobOf([1], { signal: leaving.signal })))
    leaving.abort()
    let drained = false
    const done = scheduler.drain().then(() => {
      drained = true
    })
    await turn()
    expect(drained).toBe(false)
    executor.runs[0]!.fail(new Error('aborted'))
    await done
    await bench({}).scheduler.drain()
  })

  it('does not wait for batches to grow', async () => {
    const { scheduler, executor, clock } = bench(dynamic({ maxQueueDelayMicroseconds: 1_000_000n }, 8))
    watch(scheduler.submit(jobOf([1])))
    expect(executor.runs.length).toBe(0)
    const done = scheduler.drain()
    expect(ran(executor)).toEqual([[1]])
    executor.runs[0]!.finish()
    await done
    expect(clock.timers).toBe(0)
  })
})

it.each([
  ['a default level out of range', { priorityLevels: 2n, defaultPriorityLevel: 3n }],
  ['no default level', { priorityLevels: 2n }],
  ['order over several levels', { priorityLevels: 2n, defaultPriorityLevel: 1n, preserveOrdering: true }],
  [
    'a policy for a level that is not there',
    { priorityLevels: 2n, defaultPriorityLevel: 1n, priorityQueuePolicy: { 3: {} } },
  ],
])('refuses %s', (_, value) => {
  expect(() => bench(dynamic(value, 4))).toThrow('SLP-R19')
})
