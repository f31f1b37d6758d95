import type { Tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { turn } from '../testing/fake-clock.ts'
import { echo, fakeExecutor } from '../testing/fake-executor.ts'
import { bench, column, jobOf, ran, watch } from '../testing/scheduler-bench.ts'

const dynamic = (value: object = {}, maxBatchSize = 4, parameters = {}) => ({
  maxBatchSize,
  parameters,
  schedulingChoice: { case: 'dynamicBatching' as const, value },
})
const row = (...values: number[]) => jobOf(values)
const wide = (value: number, size: number) =>
  jobOf([], {
    inputs: new Map([
      ['x', { kind: 'tensor', dtype: 'float32', shape: [1, size], data: new Float32Array(size).fill(value) }],
    ]),
  })

/** Submits jobs while the only instance is busy, then frees it; the batches that follow one by one. */
async function batchesOf(config: Parameters<typeof bench>[0], jobs: readonly ReturnType<typeof jobOf>[]) {
  const setup = bench(config)
  const { scheduler, executor, batches } = setup
  const watched = [row(0), ...jobs].map((job) => watch(scheduler.submit(job)))
  await setup.clock.advance(1000)
  for (let i = 0; i < executor.runs.length; i++) {
    executor.runs[i]!.finish()
    await setup.clock.advance(1000)
  }
  const outcomes = watched.slice(1).map(({ outcome }) => outcome())
  return {
    ran: ran(executor).slice(1),
    reasons: batches.slice(1).map(({ reason }) => reason),
    outcomes,
    batches,
  }
}

describe('a batch', () => {
  it('holds what waits, up to the largest size, and each job gets its own rows', async () => {
    const { ran, reasons, outcomes, batches } = await batchesOf(dynamic(), [
      row(1),
      row(2, 3),
      row(4),
      row(5),
      row(6),
    ])
    expect(ran).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ])
    expect(reasons).toEqual(['full', 'idle'])
    expect(outcomes).toEqual([[1], [2, 3], [4], [5], [6]])
    expect(batches[1]).toMatchObject({
      kind: 'batch',
      model: 'm',
      version: '1',
      requests: 3,
      elements: 4,
      paddedElements: 0,
      failed: false,
    })
  })

  it('ends where the next job does not fit', async () => {
    const { ran, reasons } = await batchesOf(dynamic(), [row(1, 2, 3), row(4, 5)])
    expect(ran).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
    expect(reasons).toEqual(['full', 'idle'])
  })

  it('holds jobs of one shape and type only', async () => {
    const { reasons, batches } = await batchesOf(dynamic(), [row(1), row(2), wide(3, 2), wide(4, 2), row(5)])
    expect(batches.slice(1).map(({ requests }) => requests)).toEqual([2, 2, 1])
    expect(reasons).toEqual(['shape-mismatch', 'shape-mismatch', 'idle'])
  })

  it('keeps jobs apart that give other inputs', async () => {
    const more = jobOf([], {
      inputs: new Map([
        ['x', column([2])],
        ['z', column([3])],
      ]),
    })
    const { batches } = await batchesOf(dynamic(), [row(1), more, row(4)])
    expect(batches.slice(1).map(({ requests }) => requests)).toEqual([1, 1, 1])
  })

  it('may be of jobs without elements', async () => {
    const { ran, outcomes } = await batchesOf(dynamic(), [row(), row(1), row(), row(), row(2)])
    expect(outcomes).toEqual([[], [1], [], [], [2]])
    expect(ran.length).toBe(2)
  })

  it('carries texts and 64-bit integers', async () => {
    const text = (list: string[]): Tensor => ({
      kind: 'tensor',
      dtype: 'string',
      shape: [list.length, 1],
      data: list,
    })
    const long = (list: bigint[]): Tensor => ({
      kind: 'tensor',
      dtype: 'int64',
      shape: [list.length, 1],
      data: BigInt64Array.from(list),
    })
    const { scheduler, executor } = bench(dynamic(), { executor: fakeExecutor(1, (inputs) => inputs) })
    const jobs = [
      [['a'], [1n]],
      [
        ['b', 'c'],
        [2n, 3n],
      ],
    ] as const
    watch(scheduler.submit(jobOf([], { inputs: new Map([['x', column([0])]]), outputs: ['x'] })))
    const results = jobs.map(([texts, longs]) =>
      scheduler.submit(
        jobOf([], {
          inputs: new Map([
            ['t', text([...texts])],
            ['l', long([...longs])],
          ]),
          outputs: ['l', 't'],
        }),
      ),
    )
    executor.runs[0]!.finish()
    await turn()
    executor.runs[1]!.finish()
    const outputs = await Promise.all(results)
    expect(outputs.map((one) => [one.outputs.get('t'), one.outputs.get('l')])).toEqual(
      jobs.map(([texts, longs]) => [text([...texts]), long([...longs])]),
    )
    expect(outputs.map(({ batchSize }) => batchSize)).toEqual([3, 3])
  })

  it('asks for every output that one of its jobs wants, and gives each what it wants', async () => {
    const twice = (inputs: ReadonlyMap<string, Tensor>) => new Map([...echo(inputs), ['z', inputs.get('x')!]])
    const { scheduler, executor } = bench(dynamic(), { executor: fakeExecutor(1, twice) })
    watch(scheduler.submit(row(0)))
    const results = [['y'], ['z', 'y'], ['z']].map((outputs) => scheduler.submit(jobOf([1], { outputs })))
    executor.runs[0]!.finish()
    await turn()
    expect(executor.runs[1]!.outputs).toEqual(['y', 'z'])
    executor.runs[1]!.finish()
    expect((await Promise.all(results)).map(({ outputs }) => [...outputs.keys()])).toEqual([
      ['y'],
      ['z', 'y'],
      ['z'],
    ])
  })
})

describe('preferred sizes', () => {
  it('are taken as soon as they are reached, the largest of them first', async () => {
    const { ran, reasons } = await batchesOf(
      dynamic({ preferredBatchSize: [4, 2] }, 8),
      [1, 2, 3, 4, 5, 6, 7].map((i) => row(i)),
    )
    expect(ran).toEqual([[1, 2, 3, 4], [5, 6], [7]])
    expect(reasons).toEqual(['preferred', 'preferred', 'idle'])
  })

  it('start a batch without waiting when the last missing job comes', async () => {
    const { scheduler, executor, batches } = bench(
      dynamic({ preferredBatchSize: [2], maxQueueDelayMicroseconds: 1000n }, 4),
    )
    watch(scheduler.submit(row(1)))
    expect(executor.runs.length).toBe(0)
    watch(scheduler.submit(row(2)))
    expect(ran(executor)).toEqual([[1, 2]])
    executor.runs[0]!.finish()
    await turn()
    expect(batches[0]!.reason).toBe('preferred')
  })

  it('that cannot be met any more let what there is run', async () => {
    const { ran, reasons } = await batchesOf(dynamic({ preferredBatchSize: [4] }, 8), [
      row(1, 2, 3),
      row(4, 5, 6),
    ])
    expect(ran).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(reasons).toEqual(['full', 'idle'])
  })
})

describe('the delay', () => {
  const delayed = (value = {}, maxBatchSize = 4) =>
    dynamic({ maxQueueDelayMicroseconds: 5000n, ...value }, maxBatchSize)

  it('counts from the oldest job', async () => {
    const { scheduler, executor, clock, batches } = bench(delayed())
    watch(scheduler.submit(row(1)))
    await clock.advance(3)
    watch(scheduler.submit(row(2)))
    await clock.advance(1)
    expect(executor.runs.length).toBe(0)
    await clock.advance(1)
    expect(ran(executor)).toEqual([[1, 2]])
    executor.runs[0]!.finish()
    await turn()
    expect(batches[0]!.reason).toBe('delay')
    expect(clock.timers).toBe(0)
  })

  it('ends early when the batch is full', async () => {
    const { scheduler, executor, clock } = bench(delayed())
    for (const i of [1, 2, 3, 4, 5]) watch(scheduler.submit(row(i)))
    expect(ran(executor)).toEqual([[1, 2, 3, 4]])
    await clock.advance(100)
    executor.runs[0]!.finish()
    await turn()
    expect(ran(executor)).toEqual([[1, 2, 3, 4], [5]])
  })

  it('has passed for jobs that waited long enough for an instance', async () => {
    const { scheduler, executor, clock, batches } = bench(delayed({ preferredBatchSize: [2] }))
    for (const i of [1, 2, 3, 4, 5]) watch(scheduler.submit(row(i)))
    await clock.advance(6)
    executor.runs[0]!.finish()
    await turn()
    executor.runs[1]!.finish()
    await turn()
    expect(ran(executor)).toEqual([
      [1, 2],
      [3, 4, 5],
    ])
    expect(batches.map(({ reason }) => reason)).toEqual(['preferred', 'delay'])
  })

  it('is not waited out by a job that nothing can join', async () => {
    const { scheduler, executor } = bench(delayed({ preferredBatchSize: [2] }))
    watch(scheduler.submit(row(1, 2, 3)))
    expect(ran(executor)).toEqual([[1, 2, 3]])
  })

  it('starts anew when the oldest job is cancelled', async () => {
    const { scheduler, executor, clock } = bench(delayed())
    const leaving = new AbortController()
    watch(scheduler.submit(jobOf([1], { signal: leaving.signal })))
    await clock.advance(3)
    watch(scheduler.submit(row(2)))
    leaving.abort()
    await clock.advance(4)
    expect(executor.runs.length).toBe(0)
    await clock.advance(1)
    expect(ran(executor)).toEqual([[2]])
  })
})

describe('padding', () => {
  const values = [row(1), row(2), row(3)]

  it.each([
    ['none', [[1, 2, 3]], 0],
    ['preferred', [[1, 2, 3, 3]], 1],
    ['max', [[1, 2, 3, 3, 3, 3, 3, 3]], 5],
  ] as const)('%s', async (padding, expected, padded) => {
    const { scheduler, executor, batches } = bench(dynamic({ preferredBatchSize: [4] }, 8), { padding })
    watch(scheduler.submit(row(0)))
    const jobs = values.map((job) => watch(scheduler.submit(job)))
    executor.runs[0]!.finish()
    await turn()
    executor.runs[1]!.finish()
    await turn()
    expect(ran(executor).slice(1)).toEqual(expected)
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[1], [2], [3]])
    expect(batches[1]).toMatchObject({ elements: 3, paddedElements: padded })
    await expect(jobs[0]!.result).resolves.toMatchObject({ batchSize: 3 })
  })

  it('is on where the parameter of the configuration says so', async () => {
    const parameters = { pad_batch_to_preferred: { stringValue: 'true' } }
    const { ran, outcomes } = await batchesOf(dynamic({ preferredBatchSize: [4] }, 8, parameters), [row(7)])
    expect(ran).toEqual([[7, 7, 7, 7]])
    expect(outcomes).toEqual([[7]])
  })
})
