import { describe, expect, it } from 'vitest'
import { floats } from '../../../ir/builder.ts'
import { portableTarget } from '../../../kernel/target.ts'
import { checkEmit, checkRandomEmits } from '../../../testing/check-emit.ts'
import { leafRows, rows, votes } from '../../../testing/decision-tree.ts'
import type { Gen } from '../../../testing/gen.ts'
import { f32, flat } from '../../../testing/literals.ts'
import { runEmit } from '../../../testing/run-calls.ts'
import { treeEnsemble } from '../tree-ensemble.ts'
import { treeEnsembleRegressor } from '../tree-ensemble-regressor.ts'

const features = 3

interface Lists {
  readonly featureIds: number[]
  readonly splits: number[]
  readonly missing: number[]
  readonly trueIds: number[]
  readonly falseIds: number[]
  readonly trueLeaves: number[]
  readonly falseLeaves: number[]
  readonly targets: number[]
  readonly weights: number[]
}

/** Adds a random tree and gives where it starts; leaves of TreeEnsemble vote once. */
function grow(g: Gen, lists: Lists, depth: number, targets: number): { id: number; isLeaf: number } {
  if (depth === 0 || g.int(0, 4) === 0) {
    lists.targets.push(g.int(0, targets - 1))
    lists.weights.push(g.int(-8, 8) / 4)
    return { id: lists.targets.length - 1, isLeaf: 1 }
  }
  const id = lists.featureIds.length
  lists.featureIds.push(g.int(0, features - 1))
  lists.splits.push(g.int(-2, 2) / 2)
  lists.missing.push(g.int(0, 1))
  for (const list of [lists.trueIds, lists.falseIds, lists.trueLeaves, lists.falseLeaves]) list.push(0)
  const [yes, no] = [grow(g, lists, depth - 1, targets), grow(g, lists, depth - 1, targets)]
  lists.trueIds[id] = yes.id
  lists.trueLeaves[id] = yes.isLeaf
  lists.falseIds[id] = no.id
  lists.falseLeaves[id] = no.isLeaf
  return { id, isLeaf: 0 }
}

/** The root of a tree must be a branch. */
function growBranch(g: Gen, lists: Lists, targets: number): number {
  const root = grow(g, lists, 5, targets)
  return root.isLeaf ? growBranch(g, lists, targets) : root.id
}

function randomForest(g: Gen) {
  const targets = g.oneOf([1, 1, 3])
  const lists: Lists = {
    featureIds: [],
    splits: [],
    missing: [],
    trueIds: [],
    falseIds: [],
    trueLeaves: [],
    falseLeaves: [],
    targets: [],
    weights: [],
  }
  const roots = Array.from({ length: g.int(1, 7) }, () => growBranch(g, lists, targets))
  const mode = g.int(0, 5)
  const count = lists.featureIds.length
  return {
    n_targets: targets,
    aggregate_function: g.int(0, 3),
    tree_roots: roots,
    nodes_featureids: lists.featureIds,
    nodes_modes: flat('uint8', [count], new Array<number>(count).fill(mode)),
    nodes_splits: flat('float32', [count], lists.splits),
    nodes_truenodeids: lists.trueIds,
    nodes_trueleafs: lists.trueLeaves,
    nodes_falsenodeids: lists.falseIds,
    nodes_falseleafs: lists.falseLeaves,
    nodes_missing_value_tracks_true: lists.missing,
    leaf_targetids: lists.targets,
    leaf_weights: flat('float32', [lists.weights.length], lists.weights),
  }
}

/** Values that meet the splits exactly, and now and then NaN. */
const inputs = (g: Gen, count: number) =>
  flat(
    'float32',
    [count, features],
    Array.from({ length: count * features }, () => (g.int(0, 9) === 0 ? Number.NaN : g.int(-3, 3) / 2)),
  )

describe('kernels of trees', () => {
  it('score as the reference does', () =>
    checkRandomEmits(
      treeEnsemble,
      (g) => ({ inputs: [inputs(g, g.oneOf([0, 1, 2, 7, 300]))], attrs: randomForest(g) }),
      { runs: 60 },
    ))

  it('score what the classic operator spells', () => {
    const twice = votes('target', [0, 1, 0, 1, 0, 1], [2, 2, 3, 3, 4, 4], [1, 2, 3, 4, 5, 6])
    const single = { ...votes('target', [0, 0, 0], [2, 3, 4], [0.9, 0.2, 0.6]), base_values: floats([10]) }
    for (const aggregate_function of ['SUM', 'AVERAGE', 'MIN', 'MAX'])
      for (const attrs of [twice, single])
        checkEmit(
          treeEnsembleRegressor,
          { inputs: [rows], attrs: { ...attrs, aggregate_function } },
          portableTarget,
        )
  })

  it('leave to the reference what they do not do', () => {
    const single = votes('target', [0, 0, 0], [2, 3, 4], [0.9, 0.2, 0.6])
    const run = (attrs: object) => () =>
      runEmit(treeEnsembleRegressor, [leafRows], { ...single, ...attrs }, { target: portableTarget })
    expect(run({ post_transform: 'PROBIT' })).toThrow('post_transform PROBIT')
    expect(run({ nodes_truenodeids: [0, 3, 0, 0, 0] })).toThrow('a tree with a cycle')
    expect(run({ nodes_modes: ['BRANCH_LEQ', 'BRANCH_LT', 'LEAF', 'LEAF', 'LEAF'] })).toThrow('several modes')
    expect(() => runEmit(treeEnsembleRegressor, [f32([[1]])], single, { target: portableTarget })).toThrow(
      'too few features',
    )
  })
})
