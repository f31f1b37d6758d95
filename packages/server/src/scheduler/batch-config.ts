/** What a model's configuration says about queue and batches, in the scheduler's terms. */
import type { PaddingMode } from '../config/serving-config.ts'
import type { ModelConfig, ModelDynamicBatching } from '../proto/model_config_pb.ts'
import type { BatchRules } from './form-batch.ts'
import type { QueueRules } from './job-queue.ts'
import { openPolicy, toPolicy } from './queue-policy.ts'
import { badConfig } from './refusals.ts'

export interface BatchConfig {
  readonly batches: BatchRules
  readonly queue: QueueRules
  readonly preserveOrdering: boolean
}

/** One queue without levels, bounded by `maxQueueSize` alone. */
export function plainQueue(maxQueueSize: number | undefined): QueueRules {
  const policy = openPolicy(maxQueueSize)
  return { levels: 0, defaultLevel: 1, policyOf: () => policy }
}

/** Every job alone. */
export const noBatches: BatchRules = { maxSize: 1, preferred: [], delayMs: 0 }

/** Throws SLP-R19 where the parts of the configuration contradict each other. */
export function toBatchConfig(
  { name, maxBatchSize }: ModelConfig,
  dynamic: ModelDynamicBatching,
  maxQueueSize: number | undefined,
): BatchConfig {
  const levels = Number(dynamic.priorityLevels)
  const defaultLevel = Number(dynamic.defaultPriorityLevel)
  if (levels > 0 && (defaultLevel < 1 || defaultLevel > levels)) {
    throw badConfig(name, `default_priority_level must be between 1 and ${levels}`, `${defaultLevel}`)
  }
  if (levels > 1 && dynamic.preserveOrdering) {
    throw badConfig(name, 'preserve_ordering needs a single priority level', `${levels}`)
  }
  const fallback = toPolicy(dynamic.defaultQueuePolicy, maxQueueSize)
  const policies = new Map(
    Object.entries(dynamic.priorityQueuePolicy).map(([level, policy]) => [
      Number(level),
      toPolicy(policy, maxQueueSize),
    ]),
  )
  for (const level of policies.keys()) {
    if (level >= 1 && level <= levels) continue
    throw badConfig(name, `priority_queue_policy must name levels from 1 to ${levels}`, `${level}`)
  }
  return {
    batches: toBatchRules(maxBatchSize, dynamic.preferredBatchSize, dynamic.maxQueueDelayMicroseconds),
    queue: { levels, defaultLevel, policyOf: (level) => policies.get(level) ?? fallback },
    preserveOrdering: dynamic.preserveOrdering,
  }
}

export function toBatchRules(maxSize: number, preferred: readonly number[], delayMicros: bigint): BatchRules {
  return {
    maxSize,
    preferred: preferred.filter((size) => size >= 1 && size <= maxSize).sort((a, b) => a - b),
    delayMs: Number(delayMicros) / 1000,
  }
}

/** The size that a batch is filled up to. */
export function padding(kind: PaddingMode, { maxSize, preferred }: BatchRules): (elements: number) => number {
  switch (kind) {
    case 'none':
      return (elements) => elements
    case 'preferred':
      return (elements) => preferred.find((size) => size >= elements) ?? elements
    case 'max':
      return (elements) => Math.max(elements, maxSize)
    default:
      return kind satisfies never
  }
}
