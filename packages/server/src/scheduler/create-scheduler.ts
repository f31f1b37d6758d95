/** The scheduler that a model's configuration asks for. */
import type { Tensor } from '@slipway/core'
import type { PaddingMode } from '../config/serving-config.ts'
import { type Clock, systemClock } from '../contract/clock.ts'
import type { Observe } from '../contract/event.ts'
import type { Executor } from '../contract/executor.ts'
import type { Scheduler } from '../contract/job.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'
import type { ModelConfig } from '../proto/model_config_pb.ts'
import { noBatches, padding, plainQueue, toBatchConfig } from './batch-config.ts'
import { createBatchRunner } from './batch-runner.ts'
import { createBatchScheduler } from './batch-scheduler.ts'
import { createOrderedRelease, releaseAtOnce } from './ordered-release.ts'
import { badConfig } from './refusals.ts'
import { createSequences } from './sequence-strategy.ts'

export interface SchedulerOptions {
  readonly model: string
  readonly version: string
  readonly config: ModelConfig
  /** Of the executor, controls and states included. */
  readonly inputs: readonly ServedTensor[]
  readonly outputs: readonly ServedTensor[]
  readonly executor: Pick<Executor, 'run' | 'concurrency'>
  readonly observe: Observe
  readonly clock?: Clock
  /** Most jobs in a queue whose policy sets no bound; absent or 0: no bound. */
  readonly maxQueueSize?: number | undefined
  /** Absent: `preferred` where the parameter `pad_batch_to_preferred` of the configuration is `true`. */
  readonly padding?: PaddingMode | undefined
  /** The contents of the files that initial states name. */
  readonly stateFiles?: ReadonlyMap<string, Tensor> | undefined
}

/** Throws SLP-R19 where the configuration contradicts itself, or asks for what is not supported. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { config, executor, maxQueueSize, model } = options
  const { maxBatchSize, schedulingChoice } = config
  const clock = options.clock ?? systemClock
  const base = { ...options, clock, maxBatchSize, concurrency: executor.concurrency }
  switch (schedulingChoice.case) {
    case undefined:
      return createBatchScheduler({
        ...base,
        batches: noBatches,
        queue: plainQueue(maxQueueSize),
        padTo: (elements) => elements,
        runner: createBatchRunner({ ...base, release: releaseAtOnce }),
      })
    case 'dynamicBatching': {
      refuseRagged(options)
      const batching = toBatchConfig(config, schedulingChoice.value, maxQueueSize)
      const release = batching.preserveOrdering ? createOrderedRelease() : releaseAtOnce
      return createBatchScheduler({
        ...base,
        ...batching,
        padTo: padding(paddingOf(options), batching.batches),
        runner: createBatchRunner({ ...base, release }),
      })
    }
    case 'sequenceBatching':
      return createSequences(schedulingChoice.value, { ...options, clock })
    case 'ensembleScheduling':
      throw badConfig(model, 'an ensemble must be run by its steps', 'a request for a queue of its own')
    default:
      return schedulingChoice satisfies never
  }
}

/**
 * Triton hands a ragged batch over as one flat tensor and further inputs that say where each request's part is. No graph
 * that was made for anything else can run on that, so it is refused rather than run in another form.
 */
function refuseRagged({ model, config }: SchedulerOptions): void {
  const ragged = config.input.find(({ allowRaggedBatch }) => allowRaggedBatch)
  if (ragged)
    throw badConfig(model, 'inputs must have one shape in a batch', `allow_ragged_batch of "${ragged.name}"`)
  if (config.batchInput.length > 0 || config.batchOutput.length > 0) {
    throw badConfig(
      model,
      'batches must need no inputs or outputs that describe them',
      'batch_input or batch_output',
    )
  }
}

function paddingOf({ padding, config }: SchedulerOptions): PaddingMode {
  const parameter = config.parameters['pad_batch_to_preferred']?.stringValue
  return padding ?? (parameter === 'true' ? 'preferred' : 'none')
}
