import type { Tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { turn } from '../testing/fake-clock.ts'
import { fakeExecutor } from '../testing/fake-executor.ts'
import { bench, column, jobOf, watch } from '../testing/scheduler-bench.ts'

const dynamic = (value: object = {}, maxBatchSize = 4, parameters = {}) => ({
  maxBatchSize,
  parameters,
  schedulingChoice: { case: 'dynamicBatching' as const, value },
})
const row = (...values: number[]) => jobOf(values)

describe('order', () => {
  const finishBackwards = async (preserveOrdering: boolean) => {
    const { scheduler, executor } = bench(dynamic({ preserveOrdering }, 1), { executor: fakeExecutor(3) })
    const order: number[] = []
    for (const i of [0, 1, 2])
      scheduler.submit(row(i)).then(
        () => order.push(i),
        () => order.push(-i),
      )
    executor.runs[2]!.finish()
    await turn()
    executor.runs[1]!.fail(new Error('broken'))
    await turn()
    executor.runs[0]!.finish()
    await turn()
    return order
  }

  it('of answers is that of the runs, unless it is to be preserved', async () => {
    expect(await finishBackwards(false)).toEqual([2, -1, 0])
    expect(await finishBackwards(true)).toEqual([0, -1, 2])
  })
})

describe('a job in a running batch', () => {
  const two = async () => {
    const setup = bench(dynamic())
    const leaving = [new AbortController(), new AbortController()]
    watch(setup.scheduler.submit(row(0)))
    const jobs = leaving.map(({ signal }, i) => watch(setup.scheduler.submit(jobOf([i + 1], { signal }))))
    setup.executor.runs[0]!.finish()
    await turn()
    return { ...setup, leaving, jobs, run: setup.executor.runs[1]! }
  }

  it('is answered at once when it is cancelled, and the run goes on for the others', async () => {
    const { leaving, jobs, run, scheduler } = await two()
    leaving[0]!.abort()
    await turn()
    expect(jobs.map(({ outcome }) => outcome())).toEqual(['SLP-S7', 'open'])
    expect([run.signal.aborted, scheduler.running]).toEqual([false, 1])
    run.finish()
    await turn()
    expect(jobs.map(({ outcome }) => outcome())).toEqual(['SLP-S7', [2]])
    expect(scheduler.running).toBe(0)
  })

  it('is the last to be cancelled: the run is aborted', async () => {
    const { leaving, run, scheduler } = await two()
    for (const one of leaving) one.abort()
    expect([run.signal.aborted, scheduler.running]).toEqual([true, 0])
  })

  it('fails with its batch, and no other does', async () => {
    const { jobs, run, scheduler, executor, batches } = await two()
    const next = watch(scheduler.submit(row(3)))
    run.fail(new Error('broken'))
    await turn()
    executor.runs[2]!.finish()
    await turn()
    expect([...jobs, next].map(({ outcome }) => outcome())).toEqual(['Error: broken', 'Error: broken', [3]])
    expect(batches.map(({ failed }) => failed)).toEqual([false, true, false])
  })

  it('fails where the executor throws instead of rejecting', async () => {
    const executor = {
      ...fakeExecutor(),
      run: () => {
        throw new Error('thrown')
      },
    }
    const { scheduler } = bench(dynamic(), { executor })
    await expect(scheduler.submit(row(1))).rejects.toThrow('thrown')
    await expect(scheduler.submit(row(2))).rejects.toThrow('thrown')
  })
})

describe('outputs without the batch dimension', () => {
  const sum: Parameters<typeof fakeExecutor>[1] = () => new Map([['y', column([1])]])
  const scalar: Parameters<typeof fakeExecutor>[1] = () =>
    new Map([['y', { kind: 'tensor', dtype: 'float32', shape: [], data: Float32Array.of(1) }]])

  it.each([
    ['one row for all', sum],
    ['no rows', scalar],
    ['nothing', () => new Map()],
  ])('are refused: %s', async (_, model) => {
    const { scheduler, executor, batches } = bench(dynamic(), { executor: fakeExecutor(1, model) })
    const job = scheduler.submit(row(1, 2))
    executor.runs[0]!.finish()
    await expect(job).rejects.toMatchObject({
      code: 'SLP-S8',
      message: expect.stringContaining('output "y"'),
    })
    expect(batches[0]!.failed).toBe(true)
  })

  it('are given as they are where the model has no batch dimension', async () => {
    const { scheduler, executor } = bench({}, { executor: fakeExecutor(1, scalar) })
    const job = watch(scheduler.submit(row(1, 2)))
    executor.runs[0]!.finish()
    await turn()
    expect(job.outcome()).toEqual([1])
  })
})

describe('a job that fits no batch', () => {
  const refused = async (inputs: Record<string, Tensor>) => {
    const { scheduler, executor } = bench(dynamic())
    const error = await scheduler
      .submit(jobOf([], { inputs: new Map(Object.entries(inputs)) }))
      .catch((caught: Error) => caught.message)
    expect(executor.runs.length).toBe(0)
    return error
  }
  it('is refused', async () => {
    expect(await refused({ x: column([1, 2, 3, 4, 5]) })).toMatch(/SLP-R4.*at most 4, got 5/)
    expect(await refused({ x: column([1]), z: column([1, 2]) })).toMatch(
      /SLP-R4.*same batch size, 1, got 2 for "z"/,
    )
    const scalar: Tensor = { kind: 'tensor', dtype: 'float32', shape: [], data: Float32Array.of(1) }
    expect(await refused({ x: scalar })).toMatch(/SLP-R4.*"x" must have a batch dimension/)
  })
})

it('refuses ragged batches and inputs that describe batches', () => {
  expect(() => bench({ ...dynamic(), input: [{ name: 'x', allowRaggedBatch: true }] })).toThrow('SLP-R19')
  expect(() => bench({ ...dynamic(), batchInput: [{ targetName: ['x'] }] })).toThrow('SLP-R19')
})

it('leaves an ensemble to what runs its steps', () => {
  expect(() => bench({ schedulingChoice: { case: 'ensembleScheduling', value: {} } })).toThrow('SLP-R19')
})
