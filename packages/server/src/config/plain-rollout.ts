import type { Rollout } from '../contract/rollout.ts'

/** A rollout that changes nothing: all traffic to `stable` where that is set, else to the highest version. */
export function plainRollout(model: string): Rollout {
  return {
    model,
    labels: {},
    rules: [],
    splits: [],
    stickyKey: undefined,
    default: undefined,
    shadow: undefined,
    signature: 'interface',
  }
}
