import type { Tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { DataType, ModelSequenceBatching_Control_Kind as Kind } from '../proto/model_config_pb.ts'
import { turn } from '../testing/fake-clock.ts'
import { type FakeExecutor, fakeExecutor } from '../testing/fake-executor.ts'
import { bench, column, ran, watch } from '../testing/scheduler-bench.ts'
import { finishAll, setup, step } from '../testing/sequence-bench.ts'
import { control, direct, oldest, statefulConfig } from '../testing/stateful.ts'

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
