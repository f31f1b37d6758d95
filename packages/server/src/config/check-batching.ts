/** Rules of batches, queues and sequences that need no graph. */
import type { ModelConfig, ModelDynamicBatching, ModelSequenceBatching } from '../proto/model_config_pb.ts'
import type { Problem } from './problems.ts'

export function checkBatching({ maxBatchSize, schedulingChoice: choice }: ModelConfig): Problem[] {
  if (maxBatchSize < 0)
    return [{ path: 'max_batch_size', rule: 'it must not be negative', got: String(maxBatchSize) }]
  switch (choice.case) {
    case 'dynamicBatching':
      return checkDynamic(choice.value, maxBatchSize)
    case 'sequenceBatching':
      return checkSequences(choice.value, maxBatchSize)
    case 'ensembleScheduling':
    case undefined:
      return []
    default:
      return choice satisfies never
  }
}

function checkDynamic(batching: ModelDynamicBatching, maxBatchSize: number): Problem[] {
  const path = 'dynamic_batching'
  const problems = checkPreferred(batching.preferredBatchSize, maxBatchSize, path)
  if (maxBatchSize === 0) {
    const remedy = 'Set max_batch_size, or take dynamic_batching away.'
    problems.push({ path, rule: 'max_batch_size must be above 0 for it', got: '0', remedy })
  }
  const { priorityLevels: levels, defaultPriorityLevel: level } = batching
  if (levels === 0n ? level !== 0n : level < 1n || level > levels) {
    const rule = levels === 0n ? 'it needs priority_levels' : `it must be from 1 to ${levels}`
    problems.push({ path: `${path}.default_priority_level`, rule, got: String(level) })
  }
  for (const key of Object.keys(batching.priorityQueuePolicy)) {
    if (BigInt(key) >= 1n && BigInt(key) <= levels) continue
    const rule = `a key must be a priority from 1 to priority_levels, ${levels}`
    problems.push({ path: `${path}.priority_queue_policy`, rule, got: key })
  }
  return problems
}

function checkPreferred(sizes: readonly number[], most: number, path: string): Problem[] {
  return sizes.flatMap((size, i) =>
    size >= 1 && size <= most
      ? []
      : [
          {
            path: `${path}.preferred_batch_size[${i}]`,
            rule: `it must be from 1 to ${most}, the largest batch`,
            got: String(size),
          },
        ],
  )
}

function checkSequences(batching: ModelSequenceBatching, maxBatchSize: number): Problem[] {
  const path = 'sequence_batching'
  const problems: Problem[] = batching.controlInput.flatMap(({ name, control }, i) => {
    const inner = `${path}.control_input[${i}]`
    if (name === '') return [{ path: `${inner}.name`, rule: 'it must be given', got: 'nothing' }]
    return control.length === 1
      ? []
      : [{ path: `${inner}.control`, rule: 'an input must have one control', got: String(control.length) }]
  })
  const kinds = batching.controlInput.flatMap(({ control }) => control.map(({ kind }) => kind))
  if (new Set(kinds).size < kinds.length)
    problems.push({ path: `${path}.control_input`, rule: 'each kind must stand once', got: 'one twice' })
  const { strategyChoice: strategy } = batching
  if (strategy.case === 'direct') {
    const { minimumSlotUtilization: share } = strategy.value
    if (!(share >= 0 && share <= 1)) {
      const rule = 'it must be from 0 to 1'
      problems.push({ path: `${path}.direct.minimum_slot_utilization`, rule, got: String(share) })
    }
  }
  if (strategy.case === 'oldest') {
    const most = Math.max(1, maxBatchSize)
    problems.push(...checkPreferred(strategy.value.preferredBatchSize, most, `${path}.oldest`))
  }
  return problems
}
