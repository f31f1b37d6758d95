import type { Tensor } from '../../base/tensor.ts'
import { wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { ieeeFloats } from '../types.ts'
import {
  aggregates,
  type Branch,
  branchModes,
  checkForest,
  checkLengths,
  type Forest,
  leastFeatures,
  scoreRow,
  targetCount,
  tensorNumbers,
} from './shared/forest.ts'
import { emitForest } from './shared/lower-forest.ts'
import { postTransforms, transformScores, transformSingle } from './shared/post-transform.ts'
import { checkLeastFeatures, rowCount, rowsOf } from './shared/rows.ts'

/**
 * Decision trees with branches and leaves in separate lists: sum, average, least or greatest weight per
 * target over the leaves that a row reaches. A branch compares a feature with a number or looks it up in a
 * set.
 */
export const treeEnsemble = defineOp({
  name: 'TreeEnsemble',
  domain: 'ai.onnx.ml',
  since: [5],
  types: { T: ieeeFloats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {
    aggregate_function: attr.int(1),
    post_transform: attr.int(0),
    n_targets: attr.optional.int(),
    tree_roots: attr.required.ints(),
    nodes_featureids: attr.required.ints(),
    nodes_modes: attr.required.tensor(),
    nodes_splits: attr.required.tensor(),
    nodes_truenodeids: attr.required.ints(),
    nodes_trueleafs: attr.required.ints(),
    nodes_falsenodeids: attr.required.ints(),
    nodes_falseleafs: attr.required.ints(),
    nodes_missing_value_tracks_true: attr.optional.ints(),
    nodes_hitrates: attr.optional.tensor(),
    membership_values: attr.optional.tensor(),
    leaf_targetids: attr.required.ints(),
    leaf_weights: attr.required.tensor(),
  },
  infer: ({ X }, attrs, { freshDim }) => {
    codeOf(aggregates, attrs.aggregate_function, 'aggregate_function')
    codeOf(postTransforms, attrs.post_transform, 'post_transform')
    const targets = targetCount(attrs.n_targets, attrs.leaf_targetids)
    return { Y: tensorFact(X.dtype, [rowCount(X, freshDim), targets]) }
  },
  reference: ({ X }, attrs) => {
    const targets = targetCount(attrs.n_targets, attrs.leaf_targetids)
    const aggregate = codeOf(aggregates, attrs.aggregate_function, 'aggregate_function')
    const transform = codeOf(postTransforms, attrs.post_transform, 'post_transform')
    const forest = forestOf(attrs)
    checkForest(forest, targets)
    checkLeastFeatures(X, leastFeatures(forest))
    const scores = rowsOf(X).map((row) => {
      const sums = scoreRow(forest, row, targets, aggregate)
      return targets === 1 ? [transformSingle(sums[0]!, transform)] : transformScores(sums, transform)
    })
    return { Y: wide(X.dtype, [scores.length, targets], Float64Array.from(scores.flat())) }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'kernel',
    emit: ({ X }, { Y }, attrs, context) => {
      const targets = targetCount(attrs.n_targets, attrs.leaf_targetids)
      const forest = forestOf(attrs)
      checkForest(forest, targets)
      const aggregate = codeOf(aggregates, attrs.aggregate_function, 'aggregate_function')
      const transform = codeOf(postTransforms, attrs.post_transform, 'post_transform')
      return emitForest(X, Y, { forest, targets, aggregate, transform, base: [] }, context)
    },
  },
})

function codeOf<T>(names: readonly T[], code: number, name: string): T {
  return names[code] ?? refuse(`${name} must be a code from 0 to ${names.length - 1}`, code)
}

/** n_targets, or one more than the greatest target of a leaf. */
interface TreeAttrs {
  readonly tree_roots: readonly number[]
  readonly nodes_featureids: readonly number[]
  readonly nodes_modes: Tensor
  readonly nodes_splits: Tensor
  readonly nodes_truenodeids: readonly number[]
  readonly nodes_trueleafs: readonly number[]
  readonly nodes_falsenodeids: readonly number[]
  readonly nodes_falseleafs: readonly number[]
  readonly nodes_missing_value_tracks_true: readonly number[] | undefined
  readonly membership_values: Tensor | undefined
  readonly leaf_targetids: readonly number[]
  readonly leaf_weights: Tensor
}

function forestOf(attrs: TreeAttrs): Forest {
  const codes = tensorNumbers(attrs.nodes_modes)
  const splits = tensorNumbers(attrs.nodes_splits)
  const weights = tensorNumbers(attrs.leaf_weights)
  checkLengths({
    nodes_featureids: attrs.nodes_featureids,
    nodes_modes: codes,
    nodes_splits: splits,
    nodes_truenodeids: attrs.nodes_truenodeids,
    nodes_trueleafs: attrs.nodes_trueleafs,
    nodes_falsenodeids: attrs.nodes_falsenodeids,
    nodes_falseleafs: attrs.nodes_falseleafs,
  })
  checkLengths({ leaf_targetids: attrs.leaf_targetids, leaf_weights: weights })
  const modes = codes.map((code) => codeOf(branchModes, code, 'nodes_modes'))
  const sets = memberSets(attrs.membership_values ? tensorNumbers(attrs.membership_values) : [])
  let taken = 0
  const branches = modes.map((mode, i): Branch => {
    const isMember = mode === 'BRANCH_MEMBER'
    const members = isMember ? sets[taken++] : new Set<number>()
    return {
      mode,
      feature: attrs.nodes_featureids[i]!,
      split: splits[i]!,
      members: members ?? refuse('membership_values must hold one set per BRANCH_MEMBER node', sets.length),
      missingTracksTrue: attrs.nodes_missing_value_tracks_true?.[i] === 1,
      whenTrue: reference(attrs.nodes_trueleafs[i]!, attrs.nodes_truenodeids[i]!),
      whenFalse: reference(attrs.nodes_falseleafs[i]!, attrs.nodes_falsenodeids[i]!),
    }
  })
  const leaves = attrs.leaf_targetids.map((target, i) => [{ target, weight: weights[i]! }])
  return { branches, leaves, roots: attrs.tree_roots }
}

function reference(isLeaf: number, id: number): number {
  if (id < 0) refuse('the id of a child must not be negative', id)
  return isLeaf ? ~id : id
}

/** The sets of the BRANCH_MEMBER nodes in node order; NaN ends each. */
function memberSets(values: readonly number[]): Set<number>[] {
  const sets: Set<number>[] = []
  let open = new Set<number>()
  for (const value of values) {
    if (Number.isNaN(value)) {
      sets.push(open)
      open = new Set()
    } else open.add(value)
  }
  return open.size > 0 ? [...sets, open] : sets
}
