// Expected values are those of onnxruntime 1.31 unless a case says otherwise.
import { floats } from '../../ir/builder.ts'
import { f32, flat, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { treeEnsemble } from './tree-ensemble.ts'
import { treeEnsembleClassifier } from './tree-ensemble-classifier.ts'
import { treeEnsembleRegressor } from './tree-ensemble-regressor.ts'

/** x0 <= 0.5 ? (x1 <= 0.5 ? leaf 3 : leaf 4) : leaf 2, where NaN in x0 counts as small. */
const nodes = {
  nodes_treeids: [0, 0, 0, 0, 0],
  nodes_nodeids: [0, 1, 2, 3, 4],
  nodes_featureids: [0, 1, 0, 0, 0],
  nodes_values: [0.5, 0.5, 0, 0, 0],
  nodes_modes: ['BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'],
  nodes_truenodeids: [1, 3, 0, 0, 0],
  nodes_falsenodeids: [2, 4, 0, 0, 0],
  nodes_missing_value_tracks_true: [1, 0, 0, 0, 0],
}
const x = f32([
  [0, 0],
  [0, 1],
  [1, 0],
  [Number.NaN, 0],
  [0, Number.NaN],
])
const small = f32([
  [0, 0],
  [1, 0],
  [0, 1],
])
const zeros = (list: readonly unknown[]) => list.map(() => 0)

function votes(prefix: 'class' | 'target', ids: number[], nodeIds: number[], weights: number[]) {
  return {
    ...nodes,
    [`${prefix}_treeids`]: zeros(ids),
    [`${prefix}_nodeids`]: nodeIds,
    [`${prefix}_ids`]: ids,
    [`${prefix}_weights`]: floats(weights),
  }
}

const three = votes('class', [0, 1, 2, 1, 0, 2], [2, 2, 3, 3, 4, 4], [-0.5, 0.25, 1, 0.5, 0.75, 0])
const letters = { ...three, classlabels_strings: ['a', 'b', 'c'] }
const binary = (weights: number[], id = 0) => ({
  ...votes('class', [id, id, id], [2, 3, 4], weights),
  classlabels_int64s: [5n, 7n],
})

opTest(treeEnsembleClassifier, {
  cases: [
    {
      name: 'adds up votes',
      inputs: { X: small },
      attrs: letters,
      outputs: {
        Y: str(['c', 'b', 'a']),
        Z: f32([
          [0, 0.5, 1],
          [-0.5, 0.25, 0],
          [0.75, 0, 0],
        ]),
      },
    },
    {
      name: 'sends NaN where the node says',
      inputs: { X: x },
      attrs: { ...letters, post_transform: 'LOGISTIC' },
      outputs: {
        Y: str(['c', 'a', 'b', 'c', 'a']),
        Z: f32([
          [0.5, 0.622459352, 0.731058598],
          [0.679178715, 0.5, 0.5],
          [0.377540648, 0.562176526, 0.5],
          [0.5, 0.622459352, 0.731058598],
          [0.679178715, 0.5, 0.5],
        ]),
      },
    },
    {
      name: 'takes the softmax of three scores',
      inputs: { X: small },
      attrs: { ...letters, post_transform: 'SOFTMAX' },
      outputs: {
        Y: str(['c', 'b', 'a']),
        Z: f32([
          [0.186323732, 0.307195902, 0.506480396],
          [0.209831819, 0.444213986, 0.34595421],
          [0.51420939, 0.242895305, 0.242895305],
        ]),
      },
    },
    {
      name: 'keeps absent scores out of SOFTMAX_ZERO',
      inputs: { X: small },
      attrs: { ...letters, post_transform: 'SOFTMAX_ZERO' },
      outputs: {
        Y: str(['c', 'b', 'a']),
        Z: f32([
          [0, 0.377540678, 0.622459352],
          [0.320821285, 0.679178715, 0],
          [1, 0, 0],
        ]),
      },
    },
    {
      name: 'adds base values',
      inputs: { X: small },
      attrs: { ...letters, base_values: [0.125, 0.25, 0.5] },
      outputs: {
        Y: str(['c', 'b', 'a']),
        Z: f32([
          [0.125, 0.75, 1.5],
          [-0.375, 0.5, 0.5],
          [0.875, 0.25, 0.5],
        ]),
      },
    },
    {
      name: 'compares a lone score without negative weights with 1/2',
      inputs: { X: small },
      attrs: binary([0.9, 0.2, 0.6]),
      outputs: {
        Y: i64([5, 7, 7]),
        Z: f32([
          [0.8, 0.2],
          [0.1, 0.9],
          [0.4, 0.6],
        ]),
      },
    },
    {
      name: 'compares a lone score with negative weights with 0',
      inputs: { X: small },
      attrs: binary([0.9, -0.2, 0.6]),
      outputs: {
        Y: i64([5, 7, 7]),
        Z: f32([
          [0.2, -0.2],
          [-0.9, 0.9],
          [-0.6, 0.6],
        ]),
      },
    },
    {
      name: 'adds one base value to a lone score before LOGISTIC',
      inputs: { X: small },
      attrs: { ...binary([0.9, -0.2, 0.6]), base_values: [0.1], post_transform: 'LOGISTIC' },
      outputs: {
        Y: i64([5, 7, 7]),
        Z: f32([
          [0.524979174, 0.475020826],
          [0.268941402, 0.731058598],
          [0.33181223, 0.66818777],
        ]),
      },
    },
    {
      name: 'leaves class 0 at 0 where only class 1 has votes',
      inputs: { X: small },
      attrs: binary([0.9, 0.2, 0.6], 1),
      outputs: {
        Y: i64([5, 7, 7]),
        Z: f32([
          [0, 0.2],
          [0, 0.9],
          [0, 0.6],
        ]),
      },
    },
    {
      name: 'answers 0 or 1 for a single label',
      inputs: { X: small },
      attrs: { ...votes('class', [0, 0, 0], [2, 3, 4], [0.9, -0.2, 0.6]), classlabels_int64s: [5n] },
      outputs: { Y: i64([0, 1, 1]), Z: f32([[-0.2], [0.9], [0.6]]) },
    },
    {
      name: 'takes the greater of two classes with votes (by definition)',
      inputs: { X: small },
      attrs: {
        ...votes('class', [0, 1, 0, 1, 0, 1], [2, 2, 3, 3, 4, 4], [0.9, 0.1, 0.2, 0.8, 0.6, 0.4]),
        classlabels_int64s: [5n, 7n],
      },
      outputs: {
        Y: i64([7, 5, 5]),
        Z: f32([
          [0.2, 0.8],
          [0.9, 0.1],
          [0.6, 0.4],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'has one score per label',
      inputs: { X: 'float32[N,2]' },
      attrs: letters,
      outputs: ['string[N]', 'float32[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'a missing child',
      inputs: { X: small },
      attrs: { ...letters, nodes_truenodeids: [9, 3, 0, 0, 0] },
      code: 'SLP-O2',
      message: 'a node must be listed (tree:node), got "0:9"',
    },
    {
      name: 'a cycle',
      inputs: { X: small },
      attrs: { ...letters, nodes_truenodeids: [0, 3, 0, 0, 0] },
      code: 'SLP-O4',
      message: 'a tree must end in leaves',
    },
    {
      name: 'too few features',
      inputs: { X: f32([[1]]) },
      attrs: letters,
      code: 'SLP-O2',
      message: 'at least 2 features, got 1',
    },
    {
      name: 'lists of two lengths',
      inputs: { X: small },
      attrs: { ...letters, nodes_values: [0.5] },
      code: 'SLP-O2',
      message: 'nodes_values must be as long as nodes_nodeids (5), got 1',
    },
  ],
})

const two = votes('target', [0, 1, 0, 1, 0, 1], [2, 2, 3, 3, 4, 4], [1, 2, 3, 4, 5, 6])
const single = votes('target', [0, 0, 0], [2, 3, 4], [0.9, 0.2, 0.6])
/** The same tree twice, the second with half the weights. */
const twice = {
  ...Object.fromEntries(
    Object.entries(nodes).map(([name, list]) => [
      name,
      name === 'nodes_treeids' ? [0, 0, 0, 0, 0, 1, 1, 1, 1, 1] : [...list, ...list],
    ]),
  ),
  target_treeids: [0, 0, 0, 1, 1, 1],
  target_nodeids: [2, 3, 4, 2, 3, 4],
  target_ids: [0, 0, 0, 0, 0, 0],
  target_weights: floats([4, 2, -4, 2, 1, -2]),
  base_values: floats([10]),
}

opTest(treeEnsembleRegressor, {
  cases: [
    {
      name: 'gives one column per target',
      inputs: { X: small },
      attrs: two,
      outputs: {
        Y: f32([
          [3, 4],
          [1, 2],
          [5, 6],
        ]),
      },
    },
    ...(
      [
        ['SUM', [13, 16, 4]],
        ['AVERAGE', [11.5, 13, 7]],
        ['MIN', [11, 12, 6]],
        ['MAX', [12, 14, 8]],
      ] as const
    ).map(([aggregate_function, [a, b, c]]) => ({
      name: `aggregates by ${aggregate_function}, then adds base values`,
      inputs: { X: small },
      attrs: { ...twice, aggregate_function },
      outputs: { Y: f32([[a], [b], [c]]) },
    })),
    {
      name: 'leaves one target as it is under LOGISTIC',
      inputs: { X: small },
      attrs: { ...single, post_transform: 'LOGISTIC' },
      outputs: { Y: f32([[0.2], [0.9], [0.6]]) },
    },
    {
      name: 'applies PROBIT to one target (by definition of the quantile)',
      inputs: { X: small },
      attrs: { ...single, post_transform: 'PROBIT' },
      outputs: { Y: f32([[-0.8416212], [1.2815516], [0.2533471]]) },
    },
    {
      name: 'transforms several targets',
      inputs: { X: small },
      attrs: { ...two, post_transform: 'SOFTMAX' },
      outputs: {
        Y: f32([
          [0.26894143, 0.7310586],
          [0.26894143, 0.7310586],
          [0.26894143, 0.7310586],
        ]),
      },
    },
    {
      name: 'takes thresholds and weights as tensors',
      inputs: { X: flat('float64', [1, 2], [0.3, 0]) },
      attrs: {
        ...single,
        nodes_values: undefined,
        nodes_values_as_tensor: flat('float64', [5], [0.3, 0, 0, 0, 0]),
        target_weights: undefined,
        target_weights_as_tensor: flat('float64', [3], [1, 2, 3]),
      },
      outputs: { Y: f32([[2]]) },
    },
  ],
  symbolic: [
    { name: 'counts targets', inputs: { X: 'float32[N,2]' }, attrs: two, outputs: ['float32[N,2]'] },
  ],
  invalid: [
    {
      name: 'a vote for a target that is not there',
      inputs: { X: small },
      attrs: { ...two, n_targets: 1 },
      code: 'SLP-O2',
      message: 'a leaf must vote for one of 1 targets, got 1',
    },
    {
      name: 'an unknown mode',
      inputs: { X: small },
      attrs: { ...two, nodes_modes: ['BRANCH_LEQ', 'BRANCH_NEAR', 'LEAF', 'LEAF', 'LEAF'] },
      code: 'SLP-O2',
      message: 'the mode of a node must be known, got "BRANCH_NEAR"',
    },
  ],
})

/** x0 <= 0.5 ? x1 in {1, 2} : x0 in {7}. */
const sets = {
  tree_roots: [0],
  nodes_featureids: [0, 1, 0],
  nodes_modes: flat('uint8', [3], [0, 6, 6]),
  nodes_splits: f32([0.5, 0, 0]),
  nodes_truenodeids: [1, 0, 2],
  nodes_trueleafs: [0, 1, 1],
  nodes_falsenodeids: [2, 1, 3],
  nodes_falseleafs: [0, 1, 1],
  leaf_targetids: [0, 1, 0, 1],
  leaf_weights: f32([1, 2, 3, 4]),
  membership_values: f32([1, 2, Number.NaN, 7, Number.NaN]),
  n_targets: 2,
}
const members = f32([
  [0, 2],
  [0, 5],
  [7, 0],
  [8, 0],
])

opTest(treeEnsemble, {
  cases: [
    {
      name: 'looks features up in sets',
      inputs: { X: members },
      attrs: sets,
      outputs: {
        Y: f32([
          [1, 0],
          [0, 2],
          [3, 0],
          [0, 4],
        ]),
      },
    },
    {
      // onnxruntime swaps the codes of SOFTMAX and LOGISTIC; the specification gives SOFTMAX the code 1.
      name: 'takes the softmax under code 1 (by definition)',
      inputs: { X: members },
      attrs: { ...sets, post_transform: 1 },
      outputs: {
        Y: f32([
          [0.7310586, 0.26894143],
          [0.11920292, 0.880797],
          [0.95257413, 0.04742587],
          [0.01798621, 0.98201376],
        ]),
      },
    },
    {
      name: 'answers a tree that is one leaf',
      inputs: { X: f32([[1], [2]]) },
      attrs: {
        tree_roots: [0],
        nodes_featureids: [0],
        nodes_modes: flat('uint8', [1], [0]),
        nodes_splits: f32([0]),
        nodes_truenodeids: [0],
        nodes_trueleafs: [1],
        nodes_falsenodeids: [0],
        nodes_falseleafs: [1],
        leaf_targetids: [0],
        leaf_weights: f32([2.5]),
      },
      outputs: { Y: f32([[2.5], [2.5]]) },
    },
  ],
  symbolic: [
    { name: 'counts targets', inputs: { X: 'float16[N,2]' }, attrs: sets, outputs: ['float16[N,2]'] },
  ],
  invalid: [
    {
      name: 'sets that are missing',
      inputs: { X: members },
      attrs: { ...sets, membership_values: f32([1, Number.NaN]) },
      code: 'SLP-O2',
      message: 'one set per BRANCH_MEMBER node, got 1',
    },
    {
      name: 'a child beyond the lists',
      inputs: { X: members },
      attrs: { ...sets, nodes_falsenodeids: [3, 1, 3] },
      code: 'SLP-O2',
      message: 'a tree may point to 3 nodes and 4 leaves, got 3',
    },
    {
      name: 'an unknown aggregate',
      inputs: { X: members },
      attrs: { ...sets, aggregate_function: 9 },
      code: 'SLP-O2',
      message: 'aggregate_function must be a code from 0 to 3, got 9',
    },
  ],
})
