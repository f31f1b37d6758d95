/** The scheduler of a stateful model, with the strategy that its configuration names. */
import type { Clock } from '../contract/clock.ts'
import type { Scheduler } from '../contract/job.ts'
import type { ModelSequenceBatching } from '../proto/model_config_pb.ts'
import { plainQueue, toBatchRules } from './batch-config.ts'
import { createBatchRunner } from './batch-runner.ts'
import { createBatchScheduler } from './batch-scheduler.ts'
import type { SchedulerOptions } from './create-scheduler.ts'
import type { Lane } from './lane.ts'
import { createOrderedRelease, releaseAtOnce } from './ordered-release.ts'
import { badConfig } from './refusals.ts'
import { toControls } from './sequence-controls.ts'
import { toStates } from './sequence-states.ts'
import { createSequenceScheduler } from './sequences.ts'
import { createSlotBatcher } from './slot-batcher.ts'
import { type StepTensors, stepTensors } from './step-tensors.ts'

interface Options extends SchedulerOptions {
  readonly clock: Clock
}

/** Of `max_sequence_idle_microseconds`. */
const defaultIdleMs = 1000

export function createSequences(batching: ModelSequenceBatching, options: Options): Scheduler {
  const { model, config, inputs, clock, maxQueueSize, stateFiles = new Map() } = options
  const { maxBatchSize } = config
  if (batching.iterativeSequence)
    throw badConfig(model, 'a request must have one response', 'iterative_sequence')
  const controls = toControls(model, batching, inputs)
  const tensors = stepTensors(controls, toStates(model, batching, maxBatchSize, stateFiles))
  return createSequenceScheduler({
    model,
    maxBatchSize,
    maxQueueSize: maxQueueSize || Number.POSITIVE_INFINITY,
    idleMs: Number(batching.maxSequenceIdleMicroseconds) / 1000 || defaultIdleMs,
    tensors,
    lane: toLane(batching, options, tensors),
    clock,
  })
}

function toLane({ strategyChoice }: ModelSequenceBatching, options: Options, tensors: StepTensors): Lane {
  const { model, config, executor, clock } = options
  const { maxBatchSize } = config
  const { concurrency } = executor
  const base = { model, maxBatchSize, concurrency, clock }
  switch (strategyChoice.case) {
    case 'oldest': {
      const { maxCandidateSequences, preferredBatchSize, maxQueueDelayMicroseconds, preserveOrdering } =
        strategyChoice.value
      const { policyOf, ...queue } = plainQueue(undefined)
      const policy = { ...policyOf(1), overridable: true }
      const steps = createBatchScheduler({
        ...base,
        batches: toBatchRules(maxBatchSize, preferredBatchSize, maxQueueDelayMicroseconds),
        queue: { ...queue, policyOf: () => policy },
        padTo: (elements) => elements,
        runner: createBatchRunner({
          ...options,
          release: preserveOrdering ? createOrderedRelease() : releaseAtOnce,
        }),
      })
      return queueLane(steps, Math.max(1, maxCandidateSequences) * concurrency)
    }
    case 'direct':
    case undefined:
      return createSlotBatcher({
        ...base,
        delayMs: Number(strategyChoice.value?.maxQueueDelayMicroseconds ?? 0n) / 1000,
        minimumUtilization: strategyChoice.value?.minimumSlotUtilization ?? 0,
        fill: tensors.fill,
        runner: createBatchRunner({ ...options, release: releaseAtOnce }),
      })
    default:
      return strategyChoice satisfies never
  }
}

/** Steps of different sequences in one queue: the oldest first, wherever their slots are. */
function queueLane(steps: Scheduler, slots: number): Lane {
  return {
    slots,
    get pending() {
      return steps.pending
    },
    get running() {
      return steps.running
    },
    run: (_slot, job) => steps.submit(job),
  }
}
