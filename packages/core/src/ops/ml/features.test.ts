// Expected values are those of onnxruntime 1.31 unless a case says otherwise.
import { f32, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { arrayFeatureExtractor } from './array-feature-extractor.ts'
import { featureVectorizer } from './feature-vectorizer.ts'
import { oneHotEncoder } from './one-hot-encoder.ts'

const x = f32([
  [1, 2, 3],
  [4, 5, 6],
])

opTest(arrayFeatureExtractor, {
  cases: [
    {
      name: 'selects columns',
      inputs: { X: x, Y: i64([0, 2]) },
      outputs: {
        Z: f32([
          [1, 3],
          [4, 6],
        ]),
      },
    },
    {
      name: 'flattens the indices',
      inputs: { X: x, Y: i64([[2], [0]]) },
      outputs: {
        Z: f32([
          [3, 1],
          [6, 4],
        ]),
      },
    },
    {
      name: 'makes a row of a vector',
      inputs: { X: str(['a', 'b']), Y: i64([1]) },
      outputs: { Z: str([['b']]) },
    },
    {
      name: 'keeps leading axes',
      inputs: {
        X: i64([
          [
            [0, 1],
            [2, 3],
          ],
          [
            [4, 5],
            [6, 7],
          ],
        ]),
        Y: i64([1, 0]),
      },
      outputs: {
        Z: i64([
          [
            [1, 0],
            [3, 2],
          ],
          [
            [5, 4],
            [7, 6],
          ],
        ]),
      },
    },
    { name: 'takes a scalar index', inputs: { X: x, Y: i64(1) }, outputs: { Z: f32([[2], [5]]) } },
  ],
  symbolic: [
    { name: 'counts indices', inputs: { X: 'float32[N,4]', Y: 'int64[K,2]' }, outputs: ['float32[N,2*K]'] },
    {
      name: 'keeps the rank',
      inputs: { X: 'float32[N,4]', Y: 'int64[*]' },
      outputs: ['float32[N,node.indices]'],
    },
  ],
  random: (g) => ({
    inputs: { X: g.tensor('float32', [...g.shape({ rank: [0, 2] }), 3]), Y: g.tensor('int64', [0]) },
  }),
  invalid: [
    {
      name: 'an index out of range',
      inputs: { X: x, Y: i64([3]) },
      code: 'SLP-O4',
      message: '[0, 3), got 3',
    },
    { name: 'a negative index', inputs: { X: x, Y: i64([-1]) }, code: 'SLP-O4', message: '[0, 3), got -1' },
    { name: 'a scalar', inputs: { X: f32(1), Y: i64([0]) }, code: 'SLP-O2', message: 'at least one axis' },
  ],
})

opTest(featureVectorizer, {
  cases: [
    {
      name: 'joins columns',
      inputs: { X: [x, f32([[7], [8]])] },
      attrs: { inputdimensions: [3, 1] },
      outputs: {
        Y: f32([
          [1, 2, 3, 7],
          [4, 5, 6, 8],
        ]),
      },
    },
    {
      name: 'cuts and fills up',
      inputs: {
        X: [
          x,
          f32([
            [7, 9],
            [8, 0],
          ]),
        ],
      },
      attrs: { inputdimensions: [2, 3] },
      outputs: {
        Y: f32([
          [1, 2, 7, 9, 0],
          [4, 5, 8, 0, 0],
        ]),
      },
    },
    {
      name: 'takes vectors for rows',
      inputs: { X: [f32([1, 2]), f32([3])] },
      outputs: { Y: f32([[1, 2, 3]]) },
    },
    {
      name: 'flattens later axes',
      inputs: {
        X: [
          i64([
            [
              [1, 2],
              [3, 4],
            ],
          ]),
        ],
      },
      attrs: { inputdimensions: [4] },
      outputs: { Y: f32([[1, 2, 3, 4]]) },
    },
  ],
  symbolic: [
    { name: 'adds columns', inputs: { X: ['float32[N,3]', 'float32[N,M]'] }, outputs: ['float32[N,M+3]'] },
    {
      name: 'goes by inputdimensions',
      inputs: { X: ['float32[*]'] },
      attrs: { inputdimensions: [4] },
      outputs: ['float32[node.rows,4]'],
    },
  ],
  random: (g) => {
    const rows = g.int(0, 3)
    return { inputs: { X: [g.tensor('float32', [rows, g.int(0, 3)]), g.tensor('float32', [rows, 2])] } }
  },
  invalid: [
    {
      name: 'rows that differ',
      inputs: { X: [x, f32([[1]])] },
      code: 'SLP-O2',
      message: 'all inputs must have 2 rows, got 1',
    },
    {
      name: 'too few sizes',
      inputs: { X: [x, x] },
      attrs: { inputdimensions: [3] },
      code: 'SLP-O2',
      message: 'must have 2 elements, got 1',
    },
  ],
})

opTest(oneHotEncoder, {
  cases: [
    {
      name: 'adds an axis',
      inputs: { X: i64([1, 5]) },
      attrs: { cats_int64s: [1, 2] },
      outputs: {
        Y: f32([
          [1, 0],
          [0, 0],
        ]),
      },
    },
    {
      name: 'cuts floats to integers',
      inputs: { X: f32([[1.7, 2.2, Number.NaN]]) },
      attrs: { cats_int64s: [1, 2] },
      outputs: {
        Y: f32([
          [
            [1, 0],
            [0, 1],
            [0, 0],
          ],
        ]),
      },
    },
    {
      name: 'finds strings',
      inputs: { X: str(['a', 'b']) },
      attrs: { cats_strings: ['a', 'b'] },
      outputs: {
        Y: f32([
          [1, 0],
          [0, 1],
        ]),
      },
    },
  ],
  everyDType: false, // categories have the type of X
  symbolic: [
    {
      name: 'adds an axis of known size',
      inputs: { X: 'int64[N]' },
      attrs: { cats_int64s: [1, 2, 3] },
      outputs: ['float32[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'an unknown category',
      inputs: { X: i64([5]) },
      attrs: { cats_int64s: [1], zeros: 0 },
      code: 'SLP-O4',
      message: 'one of the categories, got 5',
    },
    {
      name: 'categories of the other type',
      inputs: { X: str(['a']) },
      attrs: { cats_int64s: [1] },
      code: 'SLP-O2',
      message: 'the type of X',
    },
    {
      name: 'no categories',
      inputs: { X: str(['a']) },
      code: 'SLP-O2',
      message: 'either integer or string categories',
    },
  ],
})
