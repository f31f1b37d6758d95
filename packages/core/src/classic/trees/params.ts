/** Hyper-parameters that single trees and forests share. */
import { refuseParam } from '../estimator.ts'
import { type Matrix, matrix } from '../matrix.ts'
import type { RandomStream } from '../random.ts'
import type { GrowOptions, Tree } from './grow.ts'
import { type Criterion, criteria } from './impurity.ts'

export type MaxFeatures = 'sqrt' | 'log2' | number | undefined

export interface TreeParams {
  readonly criterion: Criterion
  /** No limit unless given. */
  readonly maxDepth: number | undefined
  readonly minSamplesSplit: number
  readonly minSamplesLeaf: number
  /** Features that a node looks at: a count, a share below 1, or all unless given. */
  readonly maxFeatures: MaxFeatures
}

/** Throws SLP-M1. */
export function checkTreeParams(kind: string, params: TreeParams): void {
  const least = (name: 'maxDepth' | 'minSamplesSplit' | 'minSamplesLeaf', bound: number) => {
    const value = params[name]
    if (value !== undefined && !(Number.isInteger(value) && value >= bound)) {
      refuseParam(kind, name, `an integer of ${bound} or more`, value)
    }
  }
  if (!criteria.includes(params.criterion))
    refuseParam(kind, 'criterion', `one of ${criteria}`, params.criterion)
  least('maxDepth', 1)
  least('minSamplesSplit', 2)
  least('minSamplesLeaf', 1)
  const { maxFeatures: most } = params
  if (typeof most === 'number' ? !(most > 0) : most !== undefined && most !== 'sqrt' && most !== 'log2') {
    refuseParam(kind, 'maxFeatures', "'sqrt', 'log2' or a positive number", most)
  }
}

/** Features that a node looks at, of so many. */
export function featureCount(maxFeatures: MaxFeatures, features: number): number {
  if (maxFeatures === undefined) return features
  if (maxFeatures === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(features)))
  if (maxFeatures === 'log2') return Math.max(1, Math.floor(Math.log2(features)))
  return maxFeatures < 1
    ? Math.max(1, Math.floor(maxFeatures * features))
    : Math.min(features, Math.floor(maxFeatures))
}

export const growOptions = (params: TreeParams, features: number, random?: RandomStream): GrowOptions => ({
  criterion: params.criterion,
  maxDepth: params.maxDepth ?? Number.POSITIVE_INFINITY,
  minSamplesSplit: params.minSamplesSplit,
  minSamplesLeaf: params.minSamplesLeaf,
  features: featureCount(params.maxFeatures, features),
  random,
})

/** Samples as trees compare them: in float32, as exported trees do. */
export const rounded = (X: Matrix): Matrix => matrix(X.rows, X.columns, X.data.map(Math.fround))

/** How much of the impurity each feature took away; adds up to 1, or is 0 throughout in a tree of one leaf. */
export function importances(tree: Tree, features: number): Float64Array {
  const result = new Float64Array(features)
  const part = (node: number) => tree.weight[node]! * tree.impurity[node]!
  tree.feature.forEach((feature, node) => {
    if (feature >= 0) result[feature]! += part(node) - part(tree.left[node]!) - part(tree.right[node]!)
  })
  const sum = result.reduce((a, b) => a + b, 0)
  return sum > 0 ? result.map((value) => value / sum) : result
}
