/**
 * Grows a classification tree as CART does: at each node the split that leaves the least impurity, half-way between
 * two neighbouring values of a feature, until a node is pure or too small.
 */
import { type Matrix, matrix } from '../matrix.ts'
import { integerBelow, type RandomStream } from '../random.ts'
import { type Criterion, impurityOf } from './impurity.ts'
import { bestSplitOf, type Split } from './split.ts'

export interface GrowOptions {
  readonly criterion: Criterion
  readonly maxDepth: number
  readonly minSamplesSplit: number
  readonly minSamplesLeaf: number
  /** Features that each node looks at. */
  readonly features: number
  /** Draws the order in which nodes look at features; without it they go from the first to the last. */
  readonly random?: RandomStream | undefined
}

/** A tree as columns, one entry per node; the root is node 0, and parents come before their children. */
export interface Tree {
  /** -1 at leaves. */
  readonly feature: readonly number[]
  /** Samples at most this large in the feature go to the left. */
  readonly threshold: readonly number[]
  readonly left: readonly number[]
  readonly right: readonly number[]
  readonly impurity: readonly number[]
  readonly depth: readonly number[]
  /** Samples, those that count more than once counted once. */
  readonly samples: readonly number[]
  /** Sums of the samples' weights. */
  readonly weight: readonly number[]
  /** Shares of the classes. */
  readonly shares: Matrix
}

export interface TreeData {
  /** Values that float32 holds. */
  readonly X: Matrix
  readonly codes: Int32Array
  readonly classes: number
  /** How often each sample counts. */
  readonly weights: Float64Array
}

interface Work {
  readonly samples: Int32Array
  readonly depth: number
  /** Tells the parent the node's number. */
  readonly attach: (node: number) => void
}

/** Impurities up to this are those of pure nodes. */
const pure = Number.EPSILON

/** An empty column of a tree. */
const column = (): number[] => []

export function growTree(data: TreeData, options: GrowOptions): Tree {
  const tree = {
    feature: column(),
    threshold: column(),
    left: column(),
    right: column(),
    impurity: column(),
    depth: column(),
    samples: column(),
    weight: column(),
  }
  const shares: number[] = []
  const all = Int32Array.from(data.weights.keys()).filter((i) => data.weights[i]! > 0)
  const work: Work[] = [{ samples: all, depth: 0, attach: () => {} }]
  for (let item = work.pop(); item; item = work.pop()) {
    const { samples, depth } = item
    const counts = countClasses(data, samples)
    const weight = counts.reduce((sum, count) => sum + count, 0)
    const impurity = impurityOf(options.criterion, counts, weight)
    const node = tree.feature.length
    item.attach(node)
    const mayDivide =
      depth < options.maxDepth &&
      samples.length >= options.minSamplesSplit &&
      samples.length >= 2 * options.minSamplesLeaf &&
      impurity > pure
    const split = mayDivide ? findSplit(data, samples, counts, options) : undefined
    tree.feature.push(split?.feature ?? -1)
    tree.threshold.push(split?.threshold ?? 0)
    tree.left.push(-1)
    tree.right.push(-1)
    tree.impurity.push(impurity)
    tree.depth.push(depth)
    tree.samples.push(samples.length)
    tree.weight.push(weight)
    for (const count of counts) shares.push(count / weight)
    if (split) {
      const goesLeft = (i: number) => data.X.data[i * data.X.columns + split.feature]! <= split.threshold
      // The left branch is taken from the end first.
      work.push(
        {
          samples: samples.filter((i) => !goesLeft(i)),
          depth: depth + 1,
          attach: (child) => {
            tree.right[node] = child
          },
        },
        {
          samples: samples.filter(goesLeft),
          depth: depth + 1,
          attach: (child) => {
            tree.left[node] = child
          },
        },
      )
    }
  }
  return { ...tree, shares: matrix(tree.feature.length, data.classes, Float64Array.from(shares)) }
}

function countClasses({ codes, weights, classes }: TreeData, samples: Int32Array): Float64Array {
  const counts = new Float64Array(classes)
  for (const i of samples) counts[codes[i]!]! += weights[i] ?? 0
  return counts
}

/** The best split of as many features as a node looks at, and of more while all of them were constant. */
function findSplit(
  data: TreeData,
  samples: Int32Array,
  counts: Float64Array,
  { criterion, minSamplesLeaf, features, random }: GrowOptions,
): Split | undefined {
  const order = Int32Array.from({ length: data.X.columns }, (_, j) => j)
  let best: Split | undefined
  let constant = 0
  for (let seen = 0; seen < order.length && (seen < features || seen === constant); seen++) {
    if (random) {
      const pick = seen + integerBelow(random, order.length - seen)
      const kept = order[seen]!
      order[seen] = order[pick]!
      order[pick] = kept
    }
    const split = bestSplitOf(data, samples, counts, order[seen]!, { criterion, minSamplesLeaf })
    if (split === 'constant') constant += 1
    else if (split && (!best || split.gain > best.gain)) best = split
  }
  return best
}

/** The number of the leaf that a row of float32 values reaches. */
export function leafOf(tree: Tree, row: ArrayLike<number>): number {
  let node = 0
  while (tree.feature[node]! >= 0) {
    const isLeft = row[tree.feature[node]!]! <= tree.threshold[node]!
    node = (isLeft ? tree.left : tree.right)[node]!
  }
  return node
}
