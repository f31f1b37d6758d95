/** Random loads against a model of the queue that is nothing but a sorted list. */
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Tensor } from '@slipway/core'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  ModelQueuePolicy_TimeoutAction as Action,
  type ModelDynamicBatchingSchema,
} from '../proto/model_config_pb.ts'
import { turn } from '../testing/fake-clock.ts'
import { fakeExecutor } from '../testing/fake-executor.ts'
import { type Bench, bench, jobOf, type Watched, watch } from '../testing/scheduler-bench.ts'

const most = 5

const setups = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  preferred: fc.subarray([2, 3, 4]),
  delayMs: fc.constantFrom(0, 3),
  levels: fc.constantFrom(0, 1, 3),
  ordered: fc.boolean(),
  action: fc.constantFrom(Action.REJECT, Action.DELAY),
  timeoutMs: fc.constantFrom(0, 4),
  maxQueueSize: fc.constantFrom(0, 2, 6),
})
type ValueOf<A> = A extends fc.Arbitrary<infer T> ? T : never
type Setup = ValueOf<typeof setups>

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('submit' as const),
        elements: fc.constantFrom(1, 1, 1, 2, 3, 5),
        width: fc.constantFrom(1, 1, 1, 2),
        level: fc.integer({ min: 1, max: 3 }),
        deadlineMs: fc.constantFrom(undefined, undefined, undefined, 6),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 5 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('end' as const), pick: fc.nat(), ok: fc.boolean() }),
    },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
)
type Step = ValueOf<typeof steps>[number]

interface Known {
  readonly id: number
  readonly width: number
  readonly elements: number
  readonly level: number
  readonly expiresMs: number
  readonly deadlineMs: number
  readonly abort: AbortController
  watched: Watched | undefined
  refused: boolean
  runs: number
}

function toConfig({ preferred, delayMs, levels, ordered, action, timeoutMs, maxQueueSize }: Setup) {
  const value: MessageInitShape<typeof ModelDynamicBatchingSchema> = {
    preferredBatchSize: preferred,
    maxQueueDelayMicroseconds: BigInt(delayMs * 1000),
    priorityLevels: BigInt(levels),
    defaultPriorityLevel: BigInt(Math.min(1, levels)),
    preserveOrdering: ordered && levels <= 1,
    defaultQueuePolicy: {
      timeoutAction: action,
      defaultTimeoutMicroseconds: BigInt(timeoutMs * 1000),
      maxQueueSize,
    },
  }
  return { maxBatchSize: most, schedulingChoice: { case: 'dynamicBatching' as const, value } }
}

/** Every element says whose it is, so that outputs can be told apart. */
const tensorOf = ({ id, elements, width }: Known): Tensor => ({
  kind: 'tensor',
  dtype: 'float32',
  shape: [elements, width],
  data: new Float32Array(elements * width).fill(id),
})

interface Load {
  readonly bench: Bench
  readonly jobs: readonly Known[]
  /** Ids in the order in which jobs were given to the executor, and were answered. */
  readonly dispatched: readonly number[]
  readonly finished: readonly number[]
  step(step: Step): Promise<void>
  /** Ends one of the runs that are under way; false where there is none. */
  end(pick: number, ok: boolean): boolean
}

function openLoad(setup: Setup): Load {
  const jobs: Known[] = []
  const dispatched: number[] = []
  const finished: number[] = []
  const ended = new Set<number>()
  const executor = fakeExecutor(
    setup.concurrency,
    (inputs) => {
      return new Map([['y', inputs.get('x')!]])
    },
    (inputs) => onRun(inputs.get('x')!),
  )
  const opened = bench(toConfig(setup), { executor })
  const { clock, scheduler } = opened

  /** Jobs that wait, in the order in which they are to be served. */
  function waiting(): Known[] {
    const nowMs = clock.nowMs()
    const expired = (job: Known) => job.expiresMs <= nowMs
    const gone = (job: Known) =>
      job.refused || job.runs > 0 || job.abort.signal.aborted || job.deadlineMs <= nowMs
    const rejected = (job: Known) => expired(job) && setup.action === Action.REJECT
    const late = (job: Known) => (expired(job) ? job.expiresMs : 0)
    return jobs
      .filter((job) => !gone(job) && !rejected(job))
      .sort((a, b) => a.level - b.level || late(a) - late(b) || a.id - b.id)
  }

  function onRun({ shape, data }: Tensor): void {
    const expected = waiting()
    const ids = [...new Set(data as Float32Array)] // made by tensorOf
    expect(ids).toEqual(expected.slice(0, ids.length).map(({ id }) => id))
    const taken = expected.slice(0, ids.length)
    expect(shape[0]).toBe(taken.reduce((sum, { elements }) => sum + elements, 0))
    expect(shape[0]).toBeLessThanOrEqual(most)
    expect(new Set(taken.map(({ width }) => width)).size).toBe(1)
    for (const job of taken) job.runs += 1
    dispatched.push(...ids)
  }

  function submit({ elements, width, level: asked, deadlineMs }: Extract<Step, { kind: 'submit' }>): void {
    const { levels, maxQueueSize, timeoutMs } = setup
    const nowMs = clock.nowMs()
    const level = asked <= levels ? asked : 1
    const job: Known = {
      id: jobs.length + 1,
      width,
      elements,
      level,
      expiresMs: nowMs + (timeoutMs || Number.POSITIVE_INFINITY),
      deadlineMs: nowMs + (deadlineMs ?? Number.POSITIVE_INFINITY),
      abort: new AbortController(),
      refused: maxQueueSize > 0 && waiting().filter((one) => one.level === level).length >= maxQueueSize,
      watched: undefined,
      runs: 0,
    }
    jobs.push(job)
    const spec = {
      inputs: new Map([['x', tensorOf(job)]]),
      parameters: { priority: asked },
      signal: job.abort.signal,
      ...(deadlineMs === undefined ? {} : { deadlineMs: job.deadlineMs }),
    }
    const result = scheduler.submit(jobOf([], spec))
    job.watched = watch(result)
    result.then(() => finished.push(job.id)).catch(() => {})
  }

  function end(pick: number, ok: boolean): boolean {
    const open = executor.runs.map((_, i) => i).filter((i) => !ended.has(i))
    const at = open[pick % Math.max(1, open.length)]
    if (at === undefined) return false
    ended.add(at)
    if (ok) executor.runs[at]!.finish()
    else executor.runs[at]!.fail(new Error('broken'))
    return true
  }

  async function step(step: Step): Promise<void> {
    if (step.kind === 'submit') submit(step)
    else if (step.kind === 'cancel') jobs[step.pick % Math.max(1, jobs.length)]?.abort.abort()
    else if (step.kind === 'advance') await clock.advance(step.ms)
    else end(step.pick, step.ok)
    await turn()
    expect(scheduler.pending).toBe(waiting().length)
    expect(executor.busy).toBeLessThanOrEqual(setup.concurrency)
    expect(jobs.filter((job) => !isRight(job))).toEqual([])
  }

  return { bench: opened, jobs, dispatched, finished, step, end }
}

function isRight({ id, watched, refused, runs, width, elements }: Known): boolean {
  const outcome = watched!.outcome()
  if (refused) return outcome === 'SLP-R11' && runs === 0
  if (outcome === 'SLP-R12') return runs === 0
  if (typeof outcome === 'string')
    return runs <= 1 && ['open', 'SLP-S7', 'SLP-R20', 'Error: broken'].includes(outcome)
  return runs === 1 && outcome.length === elements * width && outcome.every((value) => value === id)
}

it('no job is lost, run twice, out of order, in too large a batch, or answered with what is not its own', async () => {
  await fc.assert(
    fc.asyncProperty(setups, steps, async (setup, list) => {
      const load = openLoad(setup)
      for (const step of list) await load.step(step)
      const drained = load.bench.scheduler.drain()
      for (let going = true; going; ) {
        going = load.end(0, true)
        await load.bench.clock.advance(20)
      }
      await drained
      expect(load.jobs.filter(({ watched }) => watched!.outcome() === 'open')).toEqual([])
      expect([load.bench.scheduler.pending, load.bench.scheduler.running, load.bench.clock.timers]).toEqual([
        0, 0, 0,
      ])
      expect(load.bench.batches.length).toBe(load.bench.executor.runs.length)
      if (setup.ordered && setup.levels <= 1) {
        const finished = new Set(load.finished)
        expect(load.finished).toEqual(load.dispatched.filter((id) => finished.has(id)))
      }
    }),
    { numRuns: 100 },
  )
})
