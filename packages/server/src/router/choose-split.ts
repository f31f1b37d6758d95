/** Percentages of traffic, by the hash of a sticky key or at random. */
import { createHash } from 'node:crypto'
import type { Split, Target } from '../contract/rollout.ts'

/**
 * The split that takes a request; undefined: the default does. Each split draws for itself among what the splits before
 * it have left, so a key that has a split keeps it while that split's share grows, and while those after it change.
 */
export function chooseSplit(splits: readonly Split[], draw: (target: Target) => number): Split | undefined {
  let left = 100
  for (const split of splits) {
    if (split.percent > 0 && draw(split.target) * left < split.percent) return split
    left -= split.percent
  }
  return undefined
}

/** A number in [0, 1) that is the same for the same key, model and target on every machine. */
export function stickyDraw(model: string, key: string): (target: Target) => number {
  return (target) => {
    const hash = createHash('sha256')
      .update(JSON.stringify([model, targetText(target), key]))
      .digest()
    return hash.readUIntBE(0, 6) / 2 ** 48
  }
}

/** `version 3`, or `label canary`. */
export function targetText(target: Target): string {
  return 'version' in target ? `version ${target.version}` : `label ${target.label}`
}
