import { create } from '@bufbuild/protobuf'
import type { Tensor } from '@slipway/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Parameter } from '../oip/parameters.ts'
import {
  DataType,
  ModelSequenceBatching_Control_Kind as Kind,
  ModelConfigSchema,
} from '../proto/model_config_pb.ts'
import { turn } from '../testing/fake-clock.ts'
import { type FakeExecutor, fakeExecutor } from '../testing/fake-executor.ts'
import { bench, column, type JobSpec, jobOf, ran, watch } from '../testing/scheduler-bench.ts'
import { sessionExecutor } from '../testing/session-executor.ts'
import { adder, adderGraph, control, direct, oldest, statefulConfig, sumState } from '../testing/stateful.ts'
import { createScheduler } from './create-scheduler.ts'
import { hiddenTensors } from './sequence-strategy.ts'

const step = (id: Parameter, value: number, flags = '', spec: JobSpec = {}) =>
  jobOf([value], {
    ...spec,
    parameters: {
      sequence_id: id,
      ...(flags.includes('s') && { sequence_start: true }),
      ...(flags.includes('e') && { sequence_end: true }),
      ...spec.parameters,
    },
  })
const setup = (maxBatchSize: number, batching: object, concurrency = 1, options = {}) =>
  bench(statefulConfig(maxBatchSize, batching), { executor: fakeExecutor(concurrency, adder), ...options })

/** Ends every run as it comes until nothing goes on. */
async function finishAll({ runs }: FakeExecutor, from = 0): Promise<void> {
  for (let i = from; i < runs.length; i++) {
    runs[i]!.finish()
    await turn()
  }
}

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
      { maxLength: 40 },
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
      { numRuns: 60 },
    )
  })
})

describe('the direct strategy', () => {
  const controls = [
    { name: 'start', control: [{ kind: Kind.CONTROL_SEQUENCE_START, fp32FalseTrue: [0, 1] }] },
    { name: 'ready', control: [{ kind: Kind.CONTROL_SEQUENCE_READY, int32FalseTrue: [-1, 1] }] },
    { name: 'end', control: [{ kind: Kind.CONTROL_SEQUENCE_END, boolFalseTrue: [false, true] }] },
    { name: 'id', control: [{ kind: Kind.CONTROL_SEQUENCE_CORRID, dataType: DataType.TYPE_UINT64 }] },
  ]
  const inputs = [control('start'), control('ready'), control('end', [-1]), control('id')]

  it('keeps a sequence in its row, says which rows count, and fills the others', async () => {
    const { scheduler, executor, batches } = setup(4, { ...direct(), controlInput: controls }, 1, { inputs })
    for (const id of [11, 12, 13]) watch(scheduler.submit(step(id, id, 's')))
    await finishAll(executor)
    expect(ran(executor)).toEqual([[11], [0, 12, 13]])
    watch(scheduler.submit(step(13, 3, 'e')))
    watch(scheduler.submit(step(11, 1)))
    await finishAll(executor, 2)
    expect(ran(executor).slice(2)).toEqual([[0, 0, 3], [1]])
    const seen = (name: string) => executor.runs[2]!.inputs.get(name)
    expect(seen('sum')).toEqual(column([0, 0, 13]))
    expect(seen('start')).toEqual(column([0, 0, 0]))
    expect(seen('ready')).toEqual({
      kind: 'tensor',
      dtype: 'int32',
      shape: [3, 1],
      data: Int32Array.of(-1, -1, 1),
    })
    expect(seen('end')).toEqual({ kind: 'tensor', dtype: 'bool', shape: [3], data: Uint8Array.of(0, 0, 1) })
    expect(seen('id')).toEqual({
      kind: 'tensor',
      dtype: 'uint64',
      shape: [3, 1],
      data: BigUint64Array.of(0n, 0n, 13n),
    })
    expect(batches.map(({ elements, paddedElements }) => [elements, paddedElements])).toEqual([
      [1, 0],
      [2, 1],
      [1, 2],
      [1, 0],
    ])
  })

  it('spreads sequences over the instances, and gives a free row to the first that waits', async () => {
    const { scheduler, executor } = setup(1, direct(), 2)
    const jobs = [1, 2, 3, 4].map((id) => watch(scheduler.submit(step(id, id, 's'))))
    expect(ran(executor)).toEqual([[1], [2]])
    expect(scheduler.pending).toBe(2)
    watch(scheduler.submit(step(2, 10, 'e')))
    executor.runs[1]!.finish()
    await turn()
    expect(ran(executor)).toEqual([[1], [2], [10]])
    executor.runs[2]!.finish()
    await turn()
    expect(ran(executor)).toEqual([[1], [2], [10], [3]])
    expect(jobs[3]!.outcome()).toBe('open')
  })

  it('gives the slot of a sequence that idles too long to the first that waits', async () => {
    const { scheduler, executor, clock } = setup(1, direct())
    watch(scheduler.submit(step(1, 1, 's')))
    const second = watch(scheduler.submit(step(2, 2, 's')))
    await finishAll(executor)
    expect(second.outcome()).toBe('open')
    await clock.advance(1000)
    expect(ran(executor)).toEqual([[1], [2]])
  })

  it('forgets a sequence that is cancelled before it had a slot', async () => {
    const { scheduler, executor } = setup(1, direct())
    const leaving = new AbortController()
    watch(scheduler.submit(step(1, 1, 's')))
    watch(scheduler.submit(step(2, 2, 's', { signal: leaving.signal })))
    watch(scheduler.submit(step(3, 3, 's')))
    leaving.abort()
    watch(scheduler.submit(step(1, 1, 'e')))
    await finishAll(executor)
    expect(ran(executor)).toEqual([[1], [1], [3]])
  })

  it('waits for enough rows, at most as long as the delay', async () => {
    const strategy = direct({ minimumSlotUtilization: 0.5, maxQueueDelayMicroseconds: 5000n })
    const { scheduler, executor, clock, batches } = setup(4, strategy)
    watch(scheduler.submit(step(1, 1, 's')))
    expect(executor.runs.length).toBe(0)
    watch(scheduler.submit(step(2, 2, 's')))
    expect(ran(executor)).toEqual([[1, 2]])
    await finishAll(executor)
    watch(scheduler.submit(step(1, 3)))
    await clock.advance(4)
    expect(executor.runs.length).toBe(1)
    await clock.advance(1)
    expect(ran(executor)).toEqual([[1, 2], [3]])
    await finishAll(executor, 1)
    expect(batches.map(({ reason }) => reason)).toEqual(['preferred', 'delay'])
  })

  it('keeps steps of other shapes for the next batch', async () => {
    const wide: FakeExecutor = fakeExecutor(1, (inputs) => new Map([['y', inputs.get('x')!]]))
    const { scheduler, executor, batches } = bench(statefulConfig(4, { ...direct(), state: [] }), {
      executor: wide,
    })
    const pair: Tensor = { kind: 'tensor', dtype: 'float32', shape: [1, 2], data: Float32Array.of(5, 6) }
    watch(scheduler.submit(step(9, 0, 's')))
    watch(scheduler.submit(step(1, 1, 's')))
    const odd = watch(scheduler.submit(step(2, 0, 's', { inputs: new Map([['x', pair]]) })))
    const even = watch(scheduler.submit(step(3, 3, 's')))
    await finishAll(executor)
    expect([odd.outcome(), even.outcome()]).toEqual([[5, 6], [3]])
    expect(batches.map(({ reason }) => reason)).toEqual(['idle', 'shape-mismatch', 'idle'])
  })
})

describe('the oldest strategy', () => {
  it('batches steps of different sequences without gaps', async () => {
    const { scheduler, executor, batches } = setup(4, oldest(4))
    for (const id of [1, 2, 3]) watch(scheduler.submit(step(id, id, 's')))
    watch(scheduler.submit(step(3, 30)))
    await finishAll(executor)
    expect(ran(executor)).toEqual([[1], [2, 3], [30]])
    expect(batches[1]).toMatchObject({ requests: 2, elements: 2, reason: 'idle' })
  })

  it('has no more sequences under way than it may', async () => {
    const { scheduler, executor } = setup(4, oldest(2))
    const jobs = [1, 2, 3].map((id) => watch(scheduler.submit(step(id, id, 's'))))
    await finishAll(executor)
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[1], [2], 'open'])
    watch(scheduler.submit(step(1, 0, 'e')))
    await finishAll(executor, 2)
    expect(jobs[2]!.outcome()).toEqual([3])
  })

  it('waits for preferred sizes as long as the delay', async () => {
    const { scheduler, executor, clock } = setup(
      4,
      oldest(4, { preferredBatchSize: [2], maxQueueDelayMicroseconds: 3000n }),
    )
    watch(scheduler.submit(step(1, 1, 's')))
    watch(scheduler.submit(step(2, 2, 's')))
    expect(ran(executor)).toEqual([[1, 2]])
    await finishAll(executor)
    watch(scheduler.submit(step(1, 3)))
    await clock.advance(3)
    expect(ran(executor)).toEqual([[1, 2], [3]])
  })
})

describe('configuration', () => {
  it('bounds what waits', async () => {
    const { scheduler } = setup(1, direct(), 1, { maxQueueSize: 2 })
    const jobs = [1, 2, 3, 4].map((id) => watch(scheduler.submit(step(id, id, 's'))))
    await turn()
    expect(jobs.map(({ outcome }) => outcome())).toEqual(['open', 'open', 'open', 'SLP-R11'])
  })

  it('gives the first state', async () => {
    const dataFile = { case: 'dataFile' as const, value: 'start.bin' }
    const state = [
      { ...sumState, initialState: [{ dims: [1n], dataType: DataType.TYPE_FP32, stateData: dataFile }] },
    ]
    const stateFiles = new Map([['start.bin', { ...column([40]), shape: [1] }]])
    const { scheduler, executor } = setup(1, { ...direct(), state }, 1, { stateFiles })
    const jobs = [step(1, 2, 'se'), step(2, 3, 'se')].map((job) => watch(scheduler.submit(job)))
    await finishAll(executor)
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[42], [43]])
    expect(() => setup(1, { ...direct(), state })).toThrow('SLP-R19')
    const wrong = new Map([['start.bin', column([1, 2])]])
    expect(() => setup(1, { ...direct(), state }, 1, { stateFiles: wrong })).toThrow('SLP-R19')
  })

  it('gives ids as the type that the model takes', async () => {
    const idOf = async (dataType: DataType, id: Parameter) => {
      const controlInput = [{ name: 'id', control: [{ kind: Kind.CONTROL_SEQUENCE_CORRID, dataType }] }]
      const { scheduler, executor } = setup(0, { ...direct(), controlInput }, 1, {
        inputs: [control('id', [1])],
      })
      const job = watch(scheduler.submit(step(id, 1, 's')))
      await turn()
      return executor.runs[0]?.inputs.get('id') ?? job.outcome()
    }
    const tensor = (dtype: string, data: unknown) => ({ kind: 'tensor', dtype, shape: [1], data })
    const big = 2n ** 64n - 2n
    expect(await idOf(DataType.TYPE_UINT64, big)).toEqual(tensor('uint64', BigUint64Array.of(big)))
    expect(await idOf(DataType.TYPE_INT64, big)).toEqual(tensor('int64', BigInt64Array.of(-2n)))
    expect(await idOf(DataType.TYPE_UINT32, big)).toEqual(tensor('uint32', Uint32Array.of(2 ** 32 - 2)))
    expect(await idOf(DataType.TYPE_INT32, 7)).toEqual(tensor('int32', Int32Array.of(7)))
    expect(await idOf(DataType.TYPE_STRING, 'a')).toEqual(tensor('string', ['a']))
    expect(await idOf(DataType.TYPE_STRING, 7)).toEqual(tensor('string', ['7']))
    expect(await idOf(DataType.TYPE_INT32, 'a')).toBe('SLP-R4')
  })

  it.each([
    [
      'a control that is no input',
      [{ name: 'other', control: [{ kind: Kind.CONTROL_SEQUENCE_START, fp32FalseTrue: [0, 1] }] }],
    ],
    ['a control without values', [{ name: 'c', control: [{ kind: Kind.CONTROL_SEQUENCE_START }] }]],
    [
      'a control with two kinds of values',
      [
        {
          name: 'c',
          control: [{ kind: Kind.CONTROL_SEQUENCE_START, fp32FalseTrue: [0, 1], int32FalseTrue: [0, 1] }],
        },
      ],
    ],
    [
      'ids as floats',
      [{ name: 'c', control: [{ kind: Kind.CONTROL_SEQUENCE_CORRID, dataType: DataType.TYPE_FP32 }] }],
    ],
  ])('with %s is refused', (_, controlInput) => {
    expect(() => setup(1, { ...direct(), controlInput }, 1, { inputs: [control('c')] })).toThrow('SLP-R19')
  })

  it('that needs several responses for a request is refused', () => {
    expect(() => setup(1, { ...direct(), iterativeSequence: true })).toThrow('SLP-R19')
  })

  it('names the inputs and outputs that clients never see', () => {
    const controlInput = [{ name: 'c', control: [] }]
    const config = create(ModelConfigSchema, statefulConfig(1, { ...direct(), controlInput }))
    expect(hiddenTensors(config)).toEqual({ inputs: new Set(['c', 'sum']), outputs: new Set(['next']) })
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
