/** How mixed the classes of a node are. */
export type Criterion = 'gini' | 'entropy'

const measures = {
  gini: (share: number) => -share * share,
  entropy: (share: number) => (share > 0 ? -share * Math.log2(share) : 0),
} as const satisfies Record<Criterion, (share: number) => number>

const offsets = { gini: 1, entropy: 0 } as const satisfies Record<Criterion, number>

export const criteria = Object.keys(measures)

/** 0 for a node of one class. */
export function impurityOf(criterion: Criterion, counts: Float64Array, total: number): number {
  const measure = measures[criterion]
  let sum: number = offsets[criterion]
  for (const count of counts) sum += measure(count / total)
  return sum
}
