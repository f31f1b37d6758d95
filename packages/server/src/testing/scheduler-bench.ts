/** A scheduler over a fake executor and a fake clock, and jobs for it. */
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { SlipwayError, type Tensor } from '@slipway/core'
import type { BatchEvent, ServerEvent } from '../contract/event.ts'
import type { Job, JobResult, Scheduler } from '../contract/job.ts'
import type { Parameter } from '../oip/parameters.ts'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { createScheduler, type SchedulerOptions } from '../scheduler/create-scheduler.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { type FakeExecutor, fakeExecutor } from './fake-executor.ts'

export interface Bench {
  readonly scheduler: Scheduler
  readonly executor: FakeExecutor
  readonly clock: FakeClock
  readonly batches: readonly BatchEvent[]
}

export function bench(
  config: MessageInitShape<typeof ModelConfigSchema>,
  options: Partial<SchedulerOptions> & { readonly executor?: FakeExecutor } = {},
): Bench {
  const clock = fakeClock()
  const executor = options.executor ?? fakeExecutor()
  const batches: BatchEvent[] = []
  const observe = (event: ServerEvent) => {
    if (event.kind === 'batch') batches.push(event)
  }
  const scheduler = createScheduler({
    model: 'm',
    version: '1',
    config: create(ModelConfigSchema, { name: 'm', ...config }),
    inputs: [],
    outputs: [],
    observe,
    clock,
    ...options,
    executor,
  })
  return { scheduler, executor, clock, batches }
}

export interface JobSpec {
  readonly inputs?: ReadonlyMap<string, Tensor>
  readonly outputs?: readonly string[]
  readonly parameters?: Readonly<Record<string, Parameter>>
  readonly signal?: AbortSignal
  readonly deadlineMs?: number
}

/** A job with one input `x` of the given elements, float32[n,1], and the output `y`. */
export function jobOf(values: readonly number[], spec: JobSpec = {}): Job {
  return {
    inputs: spec.inputs ?? new Map([['x', column(values)]]),
    outputs: spec.outputs ?? ['y'],
    parameters: new Map(Object.entries(spec.parameters ?? {})),
    signal: spec.signal ?? new AbortController().signal,
    deadlineMs: spec.deadlineMs,
  }
}

export function column(values: readonly number[]): Tensor<'float32'> {
  return { kind: 'tensor', dtype: 'float32', shape: [values.length, 1], data: Float32Array.from(values) }
}

export interface Watched {
  /** `open` until it is answered, then the elements of `y`, or the code of the error. */
  readonly outcome: () => 'open' | readonly number[] | string
  readonly result: Promise<JobResult>
}

export function watch(result: Promise<JobResult>): Watched {
  let outcome: ReturnType<Watched['outcome']> = 'open'
  result.then(
    ({ outputs }) => {
      outcome = Array.from((outputs.get('y')?.data ?? []) as ArrayLike<number>) // jobs of tests are numbers
    },
    (error: unknown) => {
      outcome = error instanceof SlipwayError ? error.code : String(error)
    },
  )
  return { outcome: () => outcome, result }
}

/** What the runs of an executor were given as `x`. */
export function ran({ runs }: FakeExecutor): number[][] {
  return runs.map(({ inputs }) => Array.from(inputs.get('x')!.data as Float32Array)) // jobs of tests are float32
}
