// Expected values are those of onnxruntime 1.31 unless a case says otherwise.

import { leafRows, rows, votes } from '../../testing/decision-tree.ts'
import { f32, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { treeEnsembleClassifier } from './tree-ensemble-classifier.ts'

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
      inputs: { X: leafRows },
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
      inputs: { X: rows },
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
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
      attrs: { ...votes('class', [0, 0, 0], [2, 3, 4], [0.9, -0.2, 0.6]), classlabels_int64s: [5n] },
      outputs: { Y: i64([0, 1, 1]), Z: f32([[-0.2], [0.9], [0.6]]) },
    },
    {
      name: 'takes the greater of two classes with votes (by definition)',
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
      attrs: { ...letters, nodes_truenodeids: [9, 3, 0, 0, 0] },
      code: 'SLP-O2',
      message: 'a node must be listed (tree:node), got "0:9"',
    },
    {
      name: 'a cycle',
      inputs: { X: leafRows },
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
      inputs: { X: leafRows },
      attrs: { ...letters, nodes_values: [0.5] },
      code: 'SLP-O2',
      message: 'nodes_values must be as long as nodes_nodeids (5), got 1',
    },
  ],
})
