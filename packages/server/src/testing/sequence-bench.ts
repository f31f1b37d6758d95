/** Steps of sequences, and a scheduler of the adder that takes them. */
import type { Job } from '../contract/job.ts'
import type { Parameter } from '../oip/parameters.ts'
import type { SchedulerOptions } from '../scheduler/create-scheduler.ts'
import { turn } from './fake-clock.ts'
import { type FakeExecutor, fakeExecutor } from './fake-executor.ts'
import { type Bench, bench, type JobSpec, jobOf } from './scheduler-bench.ts'
import { adder, statefulConfig } from './stateful.ts'

/** One element for a sequence; the flags are `s` for its start and `e` for its end. */
export function step(id: Parameter, value: number, flags = '', spec: JobSpec = {}): Job {
  return jobOf([value], {
    ...spec,
    parameters: {
      sequence_id: id,
      ...(flags.includes('s') && { sequence_start: true }),
      ...(flags.includes('e') && { sequence_end: true }),
      ...spec.parameters,
    },
  })
}

export function setup(
  maxBatchSize: number,
  batching: Parameters<typeof statefulConfig>[1],
  concurrency = 1,
  options: Partial<Omit<SchedulerOptions, 'executor'>> = {},
): Bench {
  const executor = fakeExecutor(concurrency, adder)
  return bench(statefulConfig(maxBatchSize, batching), { ...options, executor })
}

/** Ends every run as it comes until nothing goes on. */
export async function finishAll({ runs }: FakeExecutor, from = 0): Promise<void> {
  for (let i = from; i < runs.length; i++) {
    runs[i]!.finish()
    await turn()
  }
}
