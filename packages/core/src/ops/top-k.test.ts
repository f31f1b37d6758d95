import { f32, flat, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { topK } from './top-k.ts'

opTest(topK, {
  cases: [
    {
      name: 'sorts the largest, lower index first',
      inputs: { X: f32([[1, 1, 0, 1]]), K: i64([2]) },
      outputs: { Values: f32([[1, 1]]), Indices: i64([[0, 1]]) },
    },
    {
      name: 'takes the smallest on an outer axis',
      inputs: {
        X: f32([
          [3, 1],
          [2, 2],
          [1, 3],
        ]),
        K: i64([2]),
      },
      attrs: { axis: 0, largest: 0 },
      outputs: {
        Values: f32([
          [1, 1],
          [2, 2],
        ]),
        Indices: i64([
          [2, 0],
          [1, 1],
        ]),
      },
    },
    {
      name: 'puts NaN above infinity',
      inputs: { X: f32([1, Number.NaN, Number.POSITIVE_INFINITY]), K: i64([3]) },
      outputs: { Values: f32([Number.NaN, Number.POSITIVE_INFINITY, 1]), Indices: i64([1, 2, 0]) },
    },
    {
      name: 'compares 64-bit integers in full',
      inputs: { X: i64([2n ** 60n, 2n ** 60n + 1n]), K: i64([1]) },
      outputs: { Values: i64([2n ** 60n + 1n]), Indices: i64([1]) },
    },
    {
      name: 'takes none',
      inputs: { X: u8([[1, 2]]), K: i64([0]) },
      outputs: { Values: flat('uint8', [1, 0], []), Indices: flat('int64', [1, 0], []) },
    },
  ],
  symbolic: [
    {
      name: 'puts K in place of the axis',
      inputs: { X: 'float32[N,10]', K: i64([3]) },
      outputs: ['float32[N,3]', 'int64[N,3]'],
    },
    {
      name: 'takes a symbolic K',
      inputs: { X: 'float32[N,10]', K: 'int64[1]{M}' },
      attrs: { axis: 0 },
      outputs: ['float32[M,10]', 'int64[M,10]'],
    },
    {
      name: 'names an unknown K',
      inputs: { X: 'float32[10]', K: 'int64[1]' },
      outputs: ['float32[node.k]', 'int64[node.k]'],
    },
  ],
  random: (g) => ({
    inputs: { X: g.tensor('float32', [g.int(3, 6), 3], { finite: false }), K: i64([g.int(0, 3)]) },
    attrs: { axis: g.int(-2, 1), largest: g.int(0, 1), sorted: g.int(0, 1) },
  }),
  invalid: [
    {
      name: 'more than there are',
      inputs: { X: f32([1, 2]), K: i64([3]) },
      code: 'SLP-O2',
      message: 'K must lie in [0, 2], got 3',
    },
    {
      name: 'two Ks',
      inputs: { X: f32([1, 2]), K: i64([1, 1]) },
      code: 'SLP-O2',
      message: 'K must have one element, got 2',
    },
  ],
})
