/** One element, everywhere. */
import type { Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { stridedCopy } from './strided-copy.ts'

/** Adds the call that stores the element at `value` `count` times, `step` elements apart. */
export function fillElements(
  context: LowerContext,
  value: Place,
  to: Place,
  { elementBytes, count, offset = 0, step = 1 }: FillSpec,
): void {
  stridedCopy(context, {
    elementBytes,
    shape: [count],
    from: value,
    fromStrides: [0],
    to,
    toOffset: offset,
    toStrides: [step],
  })
}

export interface FillSpec {
  readonly elementBytes: 1 | 2 | 4 | 8
  readonly count: number
  /** In elements, as is `step`. */
  readonly offset?: number
  readonly step?: number
}
