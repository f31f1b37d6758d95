/** A classification tree. */
import { type Matrix, matrix, rowOf } from '../matrix.ts'
import { randomStream } from '../random.ts'
import { defineClassifier } from '../roles.ts'
import type { Label } from '../targets.ts'
import { emitTrees } from './emit-trees.ts'
import { growTree, leafOf, type Tree } from './grow.ts'
import { checkTreeParams, growOptions, importances, rounded, type TreeParams } from './params.ts'

export interface DecisionTreeParams extends TreeParams {
  /** Seed of the order in which nodes look at features; unless given, from the first to the last. */
  readonly randomState: number | undefined
}

export interface DecisionTreeLearned {
  readonly classes_: readonly Label[]
  readonly tree_: Tree
  readonly featureImportances_: Float64Array
}

const defaults: DecisionTreeParams = {
  criterion: 'gini',
  maxDepth: undefined,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  maxFeatures: undefined,
  randomState: undefined,
}

/**
 * A decision tree (CART) over float32 features. Of equally good splits the first found counts: that of the first
 * feature, unless `randomState` has nodes look at them in another order.
 *
 * @example
 * const model = decisionTreeClassifier({ maxDepth: 2 }).fit([[0], [1], [2], [3]], ['a', 'a', 'b', 'b'])
 * model.predict([[1.4], [1.6]]) // ['a', 'b']
 */
export const decisionTreeClassifier = defineClassifier({
  kind: 'decisionTreeClassifier',
  defaults,
  check: (params) => checkTreeParams('decisionTreeClassifier', params),
  learned: ['classes_', 'tree_', 'featureImportances_'],
  fit: (X, { classes, codes }, params): DecisionTreeLearned => {
    const { randomState: seed } = params
    // Fewer features than all must be drawn, so there is always an order then.
    const random =
      seed === undefined && params.maxFeatures === undefined ? undefined : randomStream(seed ?? 0)
    const weights = new Float64Array(X.rows).fill(1)
    const data = { X: rounded(X), codes, classes: classes.length, weights }
    const tree = growTree(data, growOptions(params, X.columns, random))
    return { classes_: classes, tree_: tree, featureImportances_: importances(tree, X.columns) }
  },
  probabilities: (X, { tree_ }) => leafShares(rounded(X), [tree_]),
  emit: ({ tree_, classes_ }, _, context, x) => emitTrees(context, x, [tree_], classes_),
})

/** Means over the trees of the shares at the leaves that each row of float32 values reaches. */
export function leafShares(X: Matrix, trees: readonly Tree[]): Matrix {
  const columns = trees[0]!.shares.columns
  const result = matrix(X.rows, columns)
  for (let i = 0; i < X.rows; i++) {
    const row = rowOf(X, i)
    for (const tree of trees) {
      rowOf(tree.shares, leafOf(tree, row)).forEach((share, k) => {
        result.data[i * columns + k]! += share
      })
    }
    for (let k = 0; k < columns; k++) result.data[i * columns + k]! /= trees.length
  }
  return result
}
