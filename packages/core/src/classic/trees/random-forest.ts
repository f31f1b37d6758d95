/** Many trees, each grown on samples drawn with replacement, whose probabilities are averaged. */
import { refuseParam } from '../estimator.ts'
import { integerBelow, type RandomStream, randomStream } from '../random.ts'
import { defineClassifier } from '../roles.ts'
import type { Label } from '../targets.ts'
import { leafShares } from './decision-tree.ts'
import { emitTrees } from './emit-trees.ts'
import { growTree, type Tree } from './grow.ts'
import { checkTreeParams, growOptions, importances, rounded, type TreeParams } from './params.ts'

export interface RandomForestParams extends TreeParams {
  readonly nEstimators: number
  /** Draw samples with replacement; all samples as they are otherwise. */
  readonly bootstrap: boolean
  /** Seed of the draws. Equal seeds give equal forests. */
  readonly randomState: number
}

export interface RandomForestLearned {
  readonly classes_: readonly Label[]
  readonly trees_: readonly Tree[]
  readonly featureImportances_: Float64Array
}

const defaults: RandomForestParams = {
  nEstimators: 100,
  criterion: 'gini',
  maxDepth: undefined,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  maxFeatures: 'sqrt',
  bootstrap: true,
  randomState: 0,
}

/**
 * A random forest of classification trees.
 *
 * @example
 * const rows = [[0, 5], [1, 6], [2, 5], [7, 6], [8, 5], [9, 6]]
 * const model = randomForestClassifier({ nEstimators: 20 }).fit(rows, [0, 0, 0, 1, 1, 1])
 * model.predict([[0, 5], [9, 6]]) // [0, 1]
 */
export const randomForestClassifier = defineClassifier({
  kind: 'randomForestClassifier',
  defaults,
  check: (params) => {
    checkTreeParams('randomForestClassifier', params)
    if (!Number.isInteger(params.nEstimators) || params.nEstimators < 1) {
      refuseParam('randomForestClassifier', 'nEstimators', 'a positive integer', params.nEstimators)
    }
  },
  learned: ['classes_', 'trees_', 'featureImportances_'],
  fit: (X, { classes, codes }, params): RandomForestLearned => {
    const values = rounded(X)
    const trees = Array.from({ length: params.nEstimators }, (_, which) => {
      // A stream for each tree: a forest of more trees begins with the same ones.
      const random = randomStream(params.randomState, which)
      const weights = params.bootstrap ? drawn(X.rows, random) : new Float64Array(X.rows).fill(1)
      const data = { X: values, codes, classes: classes.length, weights }
      return growTree(data, growOptions(params, X.columns, random))
    })
    return { classes_: classes, trees_: trees, featureImportances_: meanImportances(trees, X.columns) }
  },
  probabilities: (X, { trees_ }) => leafShares(rounded(X), trees_),
  emit: ({ trees_, classes_ }, _, context, x) => emitTrees(context, x, trees_, classes_),
})

/** How often each sample is drawn, in as many draws as there are samples. */
function drawn(samples: number, random: RandomStream): Float64Array {
  const counts = new Float64Array(samples)
  for (let i = 0; i < samples; i++) counts[integerBelow(random, samples)]! += 1
  return counts
}

function meanImportances(trees: readonly Tree[], features: number): Float64Array {
  const total = new Float64Array(features)
  for (const tree of trees) {
    importances(tree, features).forEach((value, j) => {
      total[j]! += value
    })
  }
  const sum = total.reduce((a, b) => a + b, 0)
  return sum > 0 ? total.map((value) => value / sum) : total
}
