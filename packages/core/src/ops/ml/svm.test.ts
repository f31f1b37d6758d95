// Expected values are those of onnxruntime 1.31.
import { floats } from '../../ir/builder.ts'
import { f32, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { svmClassifier } from './svm-classifier.ts'
import { svmRegressor } from './svm-regressor.ts'

const x = f32([
  [1, 2],
  [3, -1],
  [-2, 0.5],
])
const vectors = {
  coefficients: floats([0.5, -1]),
  support_vectors: floats([1, 0, 0, 1]),
  n_supports: 2,
  rho: [0.25],
}

opTest(svmRegressor, {
  cases: [
    {
      name: 'is linear without support vectors',
      inputs: {
        X: f32([
          [1, 2],
          [3, -1],
          [-2, 0],
        ]),
      },
      attrs: { coefficients: floats([0.5, -1]), rho: [0.25], kernel_type: 'RBF' },
      outputs: { Y: f32([[-1.25], [2.75], [-0.75]]) },
    },
    {
      name: 'uses the RBF kernel',
      inputs: { X: x },
      attrs: { ...vectors, kernel_type: 'RBF', kernel_params: [0.5, 0, 0] },
      outputs: { Y: f32([[-0.050211817], [0.28953907], [0.13546886]]) },
    },
    {
      name: 'uses the polynomial kernel',
      inputs: { X: x },
      attrs: { ...vectors, kernel_type: 'POLY', kernel_params: [0.5, 1, 3] },
      outputs: { Y: f32([[-6.0625], [7.9375], [-1.703125]]) },
    },
    {
      name: 'uses the sigmoid kernel',
      inputs: { X: x },
      attrs: { ...vectors, kernel_type: 'SIGMOID', kernel_params: [0.5, 1, 0] },
      outputs: { Y: f32([[-0.26145351], [0.281190008], [-0.598283649]]) },
    },
    {
      name: 'gives the sign for one class',
      inputs: { X: x },
      attrs: { ...vectors, one_class: 1 },
      outputs: { Y: f32([[-1], [1], [-1]]) },
    },
  ],
  symbolic: [
    { name: 'has one column', inputs: { X: 'float32[N,2]' }, attrs: vectors, outputs: ['float32[N,1]'] },
  ],
  invalid: [
    {
      name: 'a wrong number of kernel parameters',
      inputs: { X: x },
      attrs: { ...vectors, kernel_params: [0.5] },
      code: 'SLP-O2',
      message: 'there must be 3 kernel_params, got 1',
    },
  ],
})

const three = {
  support_vectors: floats([1, 0, 0, 1, -1, -1, 2, 2]),
  vectors_per_class: [1, 2, 1],
  coefficients: [0.5, -1, 0.25, 1, -0.5, 0.75, -0.25, 2],
  rho: [0.1, -0.2, 0.3],
  kernel_type: 'RBF',
  kernel_params: [0.5, 0, 0],
}
const two = {
  support_vectors: floats([1, 0, 0, 1]),
  vectors_per_class: [1, 1],
  coefficients: [0.5, -1],
  rho: [0.1],
  classlabels_ints: [4n, 5n],
}

opTest(svmClassifier, {
  cases: [
    {
      name: 'answers two classes by one pair',
      inputs: {
        X: f32([
          [1, 2],
          [3, -1],
        ]),
      },
      attrs: two,
      outputs: {
        Y: i64([5, 4]),
        Z: f32([
          [1.4, -1.4],
          [-2.6, 2.6],
        ]),
      },
    },
    {
      name: 'votes among three classes',
      inputs: { X: x },
      attrs: { ...three, classlabels_ints: [4n, 5n, 6n] },
      outputs: {
        Y: i64([5, 4, 4]),
        Z: f32([
          [-0.199835941, 0.338863015, 1.78859508],
          [0.139622927, -0.234304562, 0.314519614],
          [0.0346967764, -0.204792917, 0.340564638],
        ]),
      },
    },
    {
      name: 'couples the probabilities of pairs',
      inputs: { X: x },
      attrs: {
        ...three,
        classlabels_strings: ['a', 'b', 'c'],
        prob_a: [-1, -2, 0.5],
        prob_b: [0.1, 0.2, 0.3],
      },
      outputs: {
        Y: str(['b', 'a', 'a']),
        Z: f32([
          [0.376588941, 0.247058123, 0.376352847],
          [0.257376254, 0.276016593, 0.466607004],
          [0.256555319, 0.282286674, 0.461158007],
        ]),
      },
    },
    {
      name: 'takes the logistic function of a pair',
      inputs: { X: x },
      attrs: { ...two, post_transform: 'LOGISTIC' },
      outputs: {
        Y: i64([5, 4, 5]),
        Z: f32([
          [0.802183926, 0.197816074],
          [0.0691384077, 0.930861592],
          [0.802183926, 0.197816074],
        ]),
      },
    },
    {
      name: 'complements the pair under another transform',
      inputs: { X: x },
      attrs: { ...two, post_transform: 'SOFTMAX' },
      outputs: {
        Y: i64([5, 4, 5]),
        Z: f32([
          [2.4, -1.4],
          [-1.6, 2.6],
          [2.4, -1.4],
        ]),
      },
    },
    {
      name: 'is linear without support vectors',
      inputs: { X: x },
      attrs: {
        coefficients: [0.5, -1, 1, 1],
        rho: [0.1],
        classlabels_ints: [4n, 5n],
        post_transform: 'SOFTMAX',
      },
      outputs: {
        Y: i64([5, 5, 4]),
        Z: f32([
          [0.0109869428, 0.989013076],
          [0.622459352, 0.377540678],
          [0.5, 0.5],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'has one score per pair',
      inputs: { X: 'float32[N,2]' },
      attrs: { ...three, classlabels_strings: ['a', 'b', 'c'] },
      outputs: ['string[N]', 'float32[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'too few rho',
      inputs: { X: x },
      attrs: { ...three, rho: [0.1], classlabels_ints: [4n, 5n, 6n] },
      code: 'SLP-O2',
      message: 'rho must have at least 3 elements, got 1',
    },
  ],
})
