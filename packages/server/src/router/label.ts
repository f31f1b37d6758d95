import type { Rollout } from '../contract/rollout.ts'

/** The version that a label stands for; undefined for a text that is none, whatever objects inherit under that name. */
export function labelled(rollout: Rollout | undefined, label: string): string | undefined {
  return rollout && Object.hasOwn(rollout.labels, label) ? rollout.labels[label] : undefined
}
