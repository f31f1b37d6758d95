/** The likeliest classes of a classifier. */

export interface RankedClass {
  readonly index: number
  readonly probability: number
}

/** The `count` largest, likeliest first; of equals the one that stands first. */
export function topClasses(probabilities: ArrayLike<number>, count = 5): RankedClass[] {
  return Array.from(probabilities, (probability, index) => ({ index, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count)
}
