/** Ensembles of decision trees as flat lists: what the three tree operators have in common. */
import type { Tensor } from '../../../base/tensor.ts'
import { widen } from '../../../base/wide.ts'
import { refuse, refuseValue } from '../../refuse.ts'
import { numbersIn } from '../../shared/elements.ts'

/** In the order of TreeEnsemble's codes. */
export const branchModes = [
  'BRANCH_LEQ',
  'BRANCH_LT',
  'BRANCH_GTE',
  'BRANCH_GT',
  'BRANCH_EQ',
  'BRANCH_NEQ',
  'BRANCH_MEMBER',
] as const
export type BranchMode = (typeof branchModes)[number]

/** Index of a branch, or `~index` of a leaf. */
export type TreeRef = number

export interface Branch {
  readonly mode: BranchMode
  readonly feature: number
  readonly split: number
  /** The set of BRANCH_MEMBER. */
  readonly members: ReadonlySet<number>
  /** Whether NaN takes the true branch. */
  readonly missingTracksTrue: boolean
  readonly whenTrue: TreeRef
  readonly whenFalse: TreeRef
}
export interface Vote {
  readonly target: number
  readonly weight: number
}
export interface Forest {
  readonly branches: readonly Branch[]
  /** Votes of each leaf. */
  readonly leaves: readonly (readonly Vote[])[]
  readonly roots: readonly TreeRef[]
}

/** How the votes for one target become one score. In the order of TreeEnsemble's codes. */
export const aggregates = ['AVERAGE', 'SUM', 'MIN', 'MAX'] as const
export type Aggregate = (typeof aggregates)[number]

/** Throws SLP-O2 where a tree points outside the lists, or a leaf votes for a target that is not there. */
export function checkForest({ branches, leaves, roots }: Forest, targets: number): void {
  const check = (ref: TreeRef) => {
    if (ref >= branches.length || ~ref >= leaves.length || !Number.isInteger(ref)) {
      refuse(`a tree may point to ${branches.length} nodes and ${leaves.length} leaves`, ref < 0 ? ~ref : ref)
    }
  }
  roots.forEach(check)
  for (const { whenTrue, whenFalse, feature } of branches) {
    check(whenTrue)
    check(whenFalse)
    if (feature < 0) refuse('the feature of a node must not be negative', feature)
  }
  for (const { target } of leaves.flat()) {
    if (target < 0 || target >= targets) refuse(`a leaf must vote for one of ${targets} targets`, target)
  }
}

/** Least number of features that the trees read. */
export function leastFeatures({ branches }: Forest): number {
  return branches.reduce((most, { feature }) => Math.max(most, feature + 1), 0)
}

/** Scores of one row; a target without a vote gets 0. */
export function scoreRow(forest: Forest, row: Float64Array, targets: number, aggregate: Aggregate): number[] {
  const scores = new Array<number | undefined>(targets).fill(undefined)
  for (const root of forest.roots) {
    for (const { target, weight } of leafOf(forest, root, row)) {
      scores[target] = combine(aggregate, scores[target], weight)
    }
  }
  const divisor = aggregate === 'AVERAGE' ? forest.roots.length : 1
  return scores.map((score) => (score ?? 0) / divisor)
}

function combine(aggregate: Aggregate, before: number | undefined, weight: number): number {
  if (before === undefined) return weight
  switch (aggregate) {
    case 'SUM':
    case 'AVERAGE':
      return before + weight
    case 'MIN':
      return Math.min(before, weight)
    case 'MAX':
      return Math.max(before, weight)
    default:
      return aggregate satisfies never
  }
}

function leafOf({ branches, leaves }: Forest, root: TreeRef, row: Float64Array): readonly Vote[] {
  let at = root
  for (let steps = 0; at >= 0; steps++) {
    if (steps > branches.length) return refuseValue('a tree must end in leaves', 'a cycle')
    const branch = branches[at]!
    at = holds(branch, row[branch.feature]!) ? branch.whenTrue : branch.whenFalse
  }
  return leaves[~at]!
}

function holds({ mode, split, members, missingTracksTrue }: Branch, x: number): boolean {
  if (Number.isNaN(x) && missingTracksTrue) return true
  switch (mode) {
    case 'BRANCH_LEQ':
      return x <= split
    case 'BRANCH_LT':
      return x < split
    case 'BRANCH_GTE':
      return x >= split
    case 'BRANCH_GT':
      return x > split
    case 'BRANCH_EQ':
      return x === split
    case 'BRANCH_NEQ':
      return x !== split
    case 'BRANCH_MEMBER':
      return members.has(x)
    default:
      return mode satisfies never
  }
}

/** Throws SLP-O2 unless all given lists have the length of the first. */
export function checkLengths(lists: Readonly<Record<string, readonly unknown[]>>): void {
  const [first, ...rest] = Object.entries(lists)
  for (const [name, list] of rest) {
    if (list.length !== first![1].length) {
      refuse(`${name} must be as long as ${first![0]} (${first![1].length})`, list.length)
    }
  }
}

/** The number of targets: as given, or as many as the votes name. Throws SLP-O2 where it is not positive. */
export function targetCount(given: number | undefined, ids: readonly number[]): number {
  const count = given ?? ids.reduce((most, id) => Math.max(most, id + 1), 1)
  return count >= 1 ? count : refuse('n_targets must be at least 1', count)
}

/** The elements of a tensor attribute as numbers. */
export function tensorNumbers(whole: Tensor): readonly number[] {
  return Array.from(numbersIn(widen(whole)))
}
