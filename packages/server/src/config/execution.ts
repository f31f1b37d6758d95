/** Where and how often a model runs at the same time. */
import type { ExecutionOptions, ServingConfig } from './serving-config.ts'

/** Instances are those of slipway.yaml, else the sum of the instance groups; undefined: the server chooses. */
export function executionOf({ model, slipway }: ServingConfig): ExecutionOptions {
  const { execution } = slipway
  if (execution.instances !== undefined || model.instanceGroup.length === 0) return execution
  // Triton's own default for a group is one instance.
  const counts = model.instanceGroup.map(({ count }) => Math.max(1, count))
  return { ...execution, instances: counts.reduce((a, b) => a + b, 0) }
}
