/** The best place to divide the samples of a node by one feature. */
import type { TreeData } from './grow.ts'
import { type Criterion, impurityOf } from './impurity.ts'

export interface Split {
  readonly feature: number
  readonly threshold: number
  /** Greater is better; comparable among the splits of one node only. */
  readonly gain: number
}

interface SplitOptions {
  readonly criterion: Criterion
  readonly minSamplesLeaf: number
}

/** Values nearer to each other than this count as equal (scikit-learn's constant). */
const leastGap = 1e-7

/** `constant` where the feature does not tell the samples apart; undefined where every place is too near the ends. */
export function bestSplitOf(
  { X, codes, weights }: TreeData,
  samples: Int32Array,
  counts: Float64Array,
  feature: number,
  { criterion, minSamplesLeaf }: SplitOptions,
): Split | 'constant' | undefined {
  const valueAt = (i: number) => X.data[i * X.columns + feature]!
  const order = samples.slice().sort((a, b) => valueAt(a) - valueAt(b))
  if (valueAt(order.at(-1)!) <= valueAt(order[0]!) + leastGap) return 'constant'
  const right = counts.slice()
  const left = new Float64Array(counts.length)
  let leftWeight = 0
  let rightWeight = counts.reduce((sum, count) => sum + count, 0)
  let best: Split | undefined
  for (let at = 1; at <= order.length - minSamplesLeaf; at++) {
    const moved = order[at - 1]!
    const weight = weights[moved]!
    left[codes[moved]!]! += weight
    right[codes[moved]!]! -= weight
    leftWeight += weight
    rightWeight -= weight
    const [low, high] = [valueAt(moved), valueAt(order[at]!)]
    if (at < minSamplesLeaf || high <= low + leastGap) continue
    const gain =
      -leftWeight * impurityOf(criterion, left, leftWeight) -
      rightWeight * impurityOf(criterion, right, rightWeight)
    if (!best || gain > best.gain) best = { feature, threshold: middle(low, high), gain }
  }
  return best
}

/** Half-way; the lower one where rounding would take it to the upper one. */
function middle(low: number, high: number): number {
  const half = low / 2 + high / 2
  return half === high || !Number.isFinite(half) ? low : half
}
