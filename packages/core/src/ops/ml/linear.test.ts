// Expected values are those of onnxruntime 1.31 unless a case says otherwise.
import { floats } from '../../ir/builder.ts'
import { f32, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { linearClassifier } from './linear-classifier.ts'
import { linearRegressor } from './linear-regressor.ts'

const x = f32([
  [1, 2],
  [3, -1],
  [-2, 0.5],
])
const single = { coefficients: [0.1, 0.2], intercepts: [0.1], classlabels_ints: [5n, 7n] }
const double = {
  coefficients: [0.1, 0.2, 0.3, -0.1],
  intercepts: floats([0.1, 0]),
  classlabels_ints: [5n, 7n],
}

opTest(linearClassifier, {
  cases: [
    {
      name: 'takes the label of the greatest score',
      inputs: {
        X: f32([
          [1, 2],
          [3, 1],
        ]),
      },
      attrs: {
        coefficients: floats([1, 0, 0, 1, -1, -1]),
        intercepts: floats([0, 1, 0]),
        classlabels_strings: ['a', 'b', 'c'],
      },
      outputs: {
        Y: str(['b', 'a']),
        Z: f32([
          [1, 3, -3],
          [3, 2, -4],
        ]),
      },
    },
    {
      name: 'complements a single score',
      inputs: { X: x },
      attrs: single,
      outputs: {
        Y: i64([7, 7, 5]),
        Z: f32([
          [0.4, 0.6],
          [0.8, 0.2],
          [1, 0],
        ]),
      },
    },
    {
      name: 'takes the logistic function of a single score and of its negative',
      inputs: { X: x },
      attrs: { ...single, post_transform: 'LOGISTIC' },
      outputs: {
        Y: i64([7, 7, 5]),
        Z: f32([
          [0.3543437, 0.6456563],
          [0.450166, 0.549834],
          [0.5, 0.5],
        ]),
      },
    },
    {
      name: 'leaves a pair from a single score out of the softmax',
      inputs: { X: x },
      attrs: { ...single, post_transform: 'SOFTMAX' },
      outputs: {
        Y: i64([7, 7, 5]),
        Z: f32([
          [0.4, 0.6],
          [0.8, 0.2],
          [1, 0],
        ]),
      },
    },
    {
      name: 'applies PROBIT to both of a pair (by definition of the quantile)',
      inputs: { X: f32([[1, 2]]) },
      attrs: { ...single, post_transform: 'PROBIT' },
      outputs: { Y: i64([7]), Z: f32([[-0.2533471, 0.2533471]]) },
    },
    {
      name: 'normalises two scores by softmax',
      inputs: { X: x },
      attrs: { ...double, post_transform: 'SOFTMAX' },
      outputs: {
        Y: i64([5, 7, 5]),
        Z: f32([
          [0.62245935, 0.37754068],
          [0.3100255, 0.6899744],
          [0.6570105, 0.3429895],
        ]),
      },
    },
    {
      name: 'keeps scores of zero out of SOFTMAX_ZERO',
      inputs: { X: x },
      attrs: { ...double, post_transform: 'SOFTMAX_ZERO' },
      outputs: {
        Y: i64([5, 7, 5]),
        Z: f32([
          [0.62245935, 0.37754068],
          [0.3100255, 0.6899744],
          [0, 1],
        ]),
      },
      tolerance: { relative: 1e-3, absolute: 1e-5 },
    },
    {
      name: 'takes a vector for one row',
      inputs: { X: f32([1, 2]) },
      attrs: double,
      outputs: { Y: i64([5]), Z: f32([[0.6, 0.1]]) },
    },
    {
      name: 'does without intercepts (by definition)',
      inputs: { X: f32([[1, 2]]) },
      attrs: { coefficients: floats([1, 0, 0, 1]), classlabels_ints: [5n, 7n] },
      outputs: { Y: i64([7]), Z: f32([[1, 2]]) },
    },
  ],
  symbolic: [
    {
      name: 'has one row per row of X',
      inputs: { X: 'float32[N,2]' },
      attrs: single,
      outputs: ['int64[N]', 'float32[N,2]'],
    },
  ],
  random: (g) => ({
    inputs: { X: g.tensor('float32', [g.int(0, 3), 2]) },
    attrs: { ...double, post_transform: g.oneOf(['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT']) },
  }),
  invalid: [
    {
      name: 'labels of both kinds',
      inputs: { X: x },
      attrs: { ...single, classlabels_strings: ['a', 'b'] },
      code: 'SLP-O2',
      message: 'either integer or string labels must be given, got "2 integers and 2 strings"',
    },
    {
      name: 'too many features',
      inputs: { X: f32([[1, 2, 3]]) },
      attrs: single,
      code: 'SLP-O2',
      message: 'X must have 2 features, got 3',
    },
    {
      name: 'an unknown transform',
      inputs: { X: x },
      attrs: { ...single, post_transform: 'RELU' },
      code: 'SLP-O1',
      message: 'one of NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO, PROBIT',
    },
    {
      name: 'three axes',
      inputs: { X: f32([[[1, 2]]]) },
      attrs: single,
      code: 'SLP-O2',
      message: '[N, F] or [F]',
    },
  ],
})

const two = { coefficients: [0.1, 0.2, 0.3, 0], intercepts: [0.1, 0], targets: 2 }

opTest(linearRegressor, {
  cases: [
    {
      name: 'computes one target',
      inputs: {
        X: f32([
          [1, 2],
          [3, -1],
        ]),
      },
      attrs: { coefficients: floats([2, 3]), intercepts: floats([1]) },
      outputs: { Y: f32([[9], [4]]) },
    },
    {
      name: 'leaves one target as it is under LOGISTIC',
      inputs: {
        X: f32([
          [1, 2],
          [3, -1],
        ]),
      },
      attrs: { coefficients: [0.1, 0.2], intercepts: [0.1], post_transform: 'LOGISTIC' },
      outputs: { Y: f32([[0.6], [0.2]]) },
    },
    {
      name: 'transforms several targets',
      inputs: { X: x },
      attrs: { ...two, post_transform: 'SOFTMAX' },
      outputs: {
        Y: f32([
          [0.5744425, 0.42555746],
          [0.33181223, 0.6681878],
          [0.6456563, 0.35434368],
        ]),
      },
    },
    {
      name: 'takes a vector for one row',
      inputs: { X: f32([1, 2]) },
      attrs: two,
      outputs: { Y: f32([[0.6, 0.3]]) },
    },
  ],
  symbolic: [
    {
      name: 'knows its columns without the rank',
      inputs: { X: 'float32[*]' },
      attrs: two,
      outputs: ['float32[node.rows,2]'],
    },
  ],
  invalid: [
    {
      name: 'coefficients that do not divide',
      inputs: { X: x },
      attrs: { coefficients: floats([1, 2, 3]), targets: 2 },
      code: 'SLP-O2',
      message: 'multiple of 2, got 3',
    },
  ],
})
