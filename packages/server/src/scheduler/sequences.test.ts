import { create } from '@bufbuild/protobuf'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { turn } from '../testing/fake-clock.ts'
import { column, jobOf, ran, watch } from '../testing/scheduler-bench.ts'
import { finishAll, setup, step } from '../testing/sequence-bench.ts'
import { sessionExecutor } from '../testing/session-executor.ts'
import { adderGraph, direct, oldest, statefulConfig } from '../testing/stateful.ts'
import { createScheduler } from './create-scheduler.ts'

describe.each([
  ['direct', direct()],
  ['oldest', oldest(4)],
])('sequences, %s', (_, strategy) => {
  it('carry their own state from step to step, and forget it at the end', async () => {
    const { scheduler, executor } = setup(4, strategy)
    const steps = [
      [1, 1, 's'],
      ['a', 10, 's'],
      [1, 2],
      ['a', 20, 'e'],
      [1, 3, 'e'],
      [1, 5, 's'],
    ] as const
    const jobs = steps.map(([id, value, flags]) => watch(scheduler.submit(step(id, value, flags))))
    await finishAll(executor)
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[1], [10], [3], [30], [6], [5]])
  })

  it('run one step at a time, in order, even with more instances', async () => {
    const { scheduler, executor } = setup(4, strategy, 3)
    const jobs = [1, 2, 3].map((value) => watch(scheduler.submit(step(1, value, value === 1 ? 's' : ''))))
    for (let i = 0; i < 3; i++) {
      expect(ran(executor).length).toBe(i + 1)
      executor.runs[i]!.finish()
      await turn()
    }
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[1], [3], [6]])
  })

  it('start anew where a request says so before the last one ended', async () => {
    const { scheduler, executor } = setup(4, strategy)
    const jobs = [step(1, 1, 's'), step(1, 2), step(1, 7, 's'), step(1, 1)].map((job) =>
      watch(scheduler.submit(job)),
    )
    await finishAll(executor)
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[1], [3], [7], [8]])
  })

  it('are known by texts, and by numbers of 64 bits however they are written', async () => {
    const { scheduler, executor } = setup(8, strategy)
    const big = 2n ** 64n - 1n
    const ids = [1, '1', big, 2n ** 53n]
    for (const id of ids) watch(scheduler.submit(step(id, Number(id), 's')))
    const jobs = [1n, '1', big, 2n ** 53n].map((id) => watch(scheduler.submit(step(id, 0))))
    await finishAll(executor)
    expect(jobs.map(({ outcome }) => outcome())).toEqual(ids.map((id) => [Math.fround(Number(id))]))
  })

  it('must be started, named, and come in steps of one element', async () => {
    const { scheduler } = setup(4, strategy)
    const refused = async (job: ReturnType<typeof jobOf>) =>
      scheduler.submit(job).catch((error: Error) => error.message)
    expect(await refused(step(1, 1))).toMatch(
      /SLP-R4.*sequence 1 must specify the START flag on the first request/,
    )
    for (const id of [0, '', -1, 1.5, true, 2n ** 64n])
      expect(await refused(step(id, 1, 's'))).toMatch(/SLP-R4.*"sequence_id"/)
    expect(await refused(jobOf([1]))).toMatch(/SLP-R4.*"sequence_id".*got nothing/)
    expect(await refused(step(1, 1, '', { parameters: { sequence_start: 1 } }))).toMatch(
      /SLP-R4.*"sequence_start"/,
    )
    expect(await refused(step(1, 1, 's', { inputs: new Map([['x', column([1, 2])]]) }))).toMatch(
      /SLP-R4.*batch size 1, got 2/,
    )
    expect(scheduler.pending).toBe(0)
  })

  it('end with a step that fails: what waits behind it would run with a wrong state', async () => {
    const { scheduler, executor } = setup(4, strategy)
    const jobs = [step(1, 1, 's'), step(1, 2), step(1, 3)].map((job) => watch(scheduler.submit(job)))
    executor.runs[0]!.fail(new Error('broken'))
    await turn()
    expect(jobs.map(({ outcome }) => outcome())).toEqual(['Error: broken', 'SLP-S7', 'SLP-S7'])
    await expect(scheduler.submit(step(1, 4))).rejects.toMatchObject({ code: 'SLP-R4' })
    expect(executor.runs.length).toBe(1)
  })

  it.each([
    ['that waits', 1],
    ['that runs', 0],
  ])('end with a step %s and is cancelled', async (_, at) => {
    const { scheduler, executor } = setup(4, strategy)
    const leaving = new AbortController()
    const jobs = [0, 1, 2].map((i) =>
      watch(scheduler.submit(step(1, i, i === 0 ? 's' : '', i === at ? { signal: leaving.signal } : {}))),
    )
    leaving.abort()
    await turn()
    await expect(scheduler.submit(step(1, 4))).rejects.toMatchObject({ code: 'SLP-R4' })
    const next = watch(scheduler.submit(step(1, 9, 's')))
    await finishAll(executor)
    expect(jobs.map(({ outcome }) => outcome())).toEqual([at === 0 ? 'SLP-S7' : [0], 'SLP-S7', 'SLP-S7'])
    expect(next.outcome()).toEqual([9])
    expect([scheduler.pending, scheduler.running]).toEqual([0, 0])
  })

  it('end at the deadline or the timeout of a step that waits', async () => {
    const { scheduler, executor, clock } = setup(4, strategy)
    watch(scheduler.submit(step(1, 1, 's')))
    watch(scheduler.submit(step(2, 1, 's')))
    const first = watch(scheduler.submit(step(1, 2, '', { deadlineMs: 1004 })))
    const second = watch(scheduler.submit(step(2, 2, '', { parameters: { timeout: 2000 } })))
    await clock.advance(2)
    expect([first.outcome(), second.outcome()]).toEqual(['open', 'SLP-R12'])
    await clock.advance(2)
    expect([first.outcome(), second.outcome()]).toEqual(['SLP-R20', 'SLP-R12'])
    await finishAll(executor)
    expect(clock.timers).toBe(0)
  })

  it('that nobody goes on with are forgotten after their time, counted from the last answer', async () => {
    const { scheduler, executor, clock } = setup(4, { ...strategy, maxSequenceIdleMicroseconds: 5000n })
    watch(scheduler.submit(step(1, 1, 's')))
    await clock.advance(100)
    executor.runs[0]!.finish()
    await clock.advance(4)
    const second = watch(scheduler.submit(step(1, 2)))
    await finishAll(executor, 1)
    expect(second.outcome()).toEqual([3])
    await clock.advance(5)
    await expect(scheduler.submit(step(1, 3))).rejects.toMatchObject({ code: 'SLP-R4' })
    expect(clock.timers).toBe(0)
  })

  it('may be idle for a second unless the configuration says otherwise', async () => {
    const { scheduler, executor, clock } = setup(4, strategy)
    watch(scheduler.submit(step(1, 1, 's')))
    await finishAll(executor)
    await clock.advance(999)
    watch(scheduler.submit(step(1, 1)))
    await finishAll(executor, 1)
    await clock.advance(1000)
    await expect(scheduler.submit(step(1, 3))).rejects.toMatchObject({ code: 'SLP-R4' })
  })

  it('are finished by a drain, which waits for no client', async () => {
    const { scheduler, executor, clock } = setup(4, strategy)
    const jobs = [step(1, 1, 's'), step(1, 2)].map((job) => watch(scheduler.submit(job)))
    const done = scheduler.drain()
    await expect(scheduler.submit(step(1, 3))).rejects.toMatchObject({ code: 'SLP-R7' })
    await finishAll(executor)
    await done
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[1], [3]])
    expect(clock.timers).toBe(0)
  })

  it('hand the state out to those who ask without giving it away', async () => {
    const { scheduler, executor } = setup(1, strategy)
    const first = scheduler.submit(step(1, 1, 's', { outputs: ['next', 'y'] }))
    await finishAll(executor)
    const next = (await first).outputs.get('next')!
    const second = scheduler.submit(step(1, 2))
    expect((executor.runs[1]!.inputs.get('sum')!.data as Float32Array).buffer).not.toBe(
      (next.data as Float32Array).buffer,
    )
    await finishAll(executor, 1)
    expect([...(await second).outputs.keys()]).toEqual(['y'])
  })

  it('never mix, whatever the order in which steps come and run', async () => {
    const steps = fc.array(
      fc.record({
        id: fc.integer({ min: 1, max: 6 }),
        value: fc.integer({ min: 0, max: 9 }),
        end: fc.boolean(),
        finish: fc.nat(3),
      }),
      { minLength: 5, maxLength: 40, size: 'max' },
    )
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (list, concurrency) => {
        const { scheduler, executor } = setup(2, strategy, concurrency)
        const sums = new Map<number, number>()
        let next = 0
        const jobs = []
        for (const { id, value, end, finish } of list) {
          const sum = (sums.get(id) ?? 0) + value
          const flags = `${sums.has(id) ? '' : 's'}${end ? 'e' : ''}`
          jobs.push({ sum, job: watch(scheduler.submit(step(id, value, flags))) })
          if (end) sums.delete(id)
          else sums.set(id, sum)
          for (let i = 0; i < finish && next < executor.runs.length; i++) executor.runs[next++]!.finish()
          await turn()
        }
        for (const id of sums.keys()) watch(scheduler.submit(step(id, 0, 'e')))
        await finishAll(executor, next)
        expect(jobs.map(({ job }) => job.outcome())).toEqual(jobs.map(({ sum }) => [sum]))
        expect(executor.mostBusy).toBeLessThanOrEqual(concurrency)
        expect([scheduler.pending, scheduler.running]).toEqual([0, 0])
      }),
      { numRuns: 40 },
    )
  })
})

it.each([
  ['direct', direct()],
  ['oldest', oldest(3)],
])('a real model adds up its sequences, %s', async (_, strategy) => {
  await using executor = await sessionExecutor(adderGraph())
  const config = create(ModelConfigSchema, { name: 'm', ...statefulConfig(3, strategy) })
  const scheduler = createScheduler({
    model: 'm',
    version: '1',
    config,
    inputs: [],
    outputs: [],
    executor,
    observe: () => {},
  })
  const answers = await Promise.all(
    [1, 2, 3, 4, 5].flatMap((value, i) =>
      [1, 2, 3].map((id) => scheduler.submit(step(id, value * id, i === 0 ? 's' : i === 4 ? 'e' : ''))),
    ),
  )
  const sums = answers.map(({ outputs }) => (outputs.get('y')!.data as Float32Array)[0])
  expect(sums).toEqual([1, 3, 6, 10, 15].flatMap((sum) => [1, 2, 3].map((id) => sum * id)))
  await scheduler.drain()
})
