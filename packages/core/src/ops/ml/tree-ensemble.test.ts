// Expected values are those of onnxruntime 1.31 unless a case says otherwise.

import { f32, flat } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { treeEnsemble } from './tree-ensemble.ts'

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
