// Expected values are those of onnxruntime 1.31 unless a case says otherwise.
import { floats } from '../../ir/builder.ts'
import { leafRows, nodes, votes } from '../../testing/decision-tree.ts'
import { f32, flat } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { treeEnsembleRegressor } from './tree-ensemble-regressor.ts'

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
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
      attrs: { ...twice, aggregate_function },
      outputs: { Y: f32([[a], [b], [c]]) },
    })),
    {
      name: 'leaves one target as it is under LOGISTIC',
      inputs: { X: leafRows },
      attrs: { ...single, post_transform: 'LOGISTIC' },
      outputs: { Y: f32([[0.2], [0.9], [0.6]]) },
    },
    {
      name: 'applies PROBIT to one target (by definition of the quantile)',
      inputs: { X: leafRows },
      attrs: { ...single, post_transform: 'PROBIT' },
      outputs: { Y: f32([[-0.8416212], [1.2815516], [0.2533471]]) },
    },
    {
      name: 'transforms several targets',
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
      attrs: { ...two, n_targets: 1 },
      code: 'SLP-O2',
      message: 'a leaf must vote for one of 1 targets, got 1',
    },
    {
      name: 'an unknown mode',
      inputs: { X: leafRows },
      attrs: { ...two, nodes_modes: ['BRANCH_LEQ', 'BRANCH_NEAR', 'LEAF', 'LEAF', 'LEAF'] },
      code: 'SLP-O2',
      message: 'the mode of a node must be known, got "BRANCH_NEAR"',
    },
  ],
})
