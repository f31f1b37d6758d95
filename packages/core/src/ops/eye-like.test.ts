import { f32, flat, i32, of, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { eyeLike } from './eye-like.ts'

const two = i32([
  [5, 6, 7],
  [8, 9, 1],
])

opTest(eyeLike, {
  cases: [
    {
      name: 'marks the main diagonal',
      inputs: { input: two },
      outputs: {
        output: i32([
          [1, 0, 0],
          [0, 1, 0],
        ]),
      },
    },
    {
      name: 'marks an upper diagonal in another type',
      inputs: { input: two },
      attrs: { k: 1, dtype: 11 },
      outputs: {
        output: of('float64', [
          [0, 1, 0],
          [0, 0, 1],
        ]),
      },
    },
    {
      name: 'marks a lower diagonal in 64-bit integers',
      inputs: { input: two },
      attrs: { k: -1, dtype: 7 },
      outputs: {
        output: of('int64', [
          [0, 0, 0],
          [1, 0, 0],
        ]),
      },
    },
    {
      name: 'marks nothing beyond the corner',
      inputs: { input: two },
      attrs: { k: 9 },
      outputs: {
        output: i32([
          [0, 0, 0],
          [0, 0, 0],
        ]),
      },
    },
    {
      name: 'takes no elements',
      inputs: { input: flat('bool', [2, 0], []) },
      outputs: { output: flat('bool', [2, 0], []) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { input: 'bool[N,M]' },
      attrs: { dtype: 1 },
      outputs: ['float32[N,M]'],
    },
    { name: 'knows the rank', inputs: { input: 'int8[*]' }, outputs: ['int8[node.rows,node.columns1]'] },
  ],
  random: (g) => ({
    inputs: { input: g.tensor('float32', g.shape({ rank: [2, 2] })) },
    attrs: { k: g.int(-2, 2) },
  }),
  invalid: [
    {
      name: 'a vector',
      inputs: { input: f32([1]) },
      code: 'SLP-O2',
      message: 'input must have rank 2, got "[1]"',
    },
    {
      name: 'an unknown dtype',
      inputs: { input: two },
      attrs: { dtype: 99 },
      code: 'SLP-O1',
      message: 'attribute dtype: it must be the code of one of',
    },
    {
      name: 'a dtype without numbers',
      inputs: { input: two },
      attrs: { dtype: 8 },
      code: 'SLP-O1',
      message: 'attribute dtype: it must be the code of one of',
    },
    { name: 'text', inputs: { input: str([['a']]) }, code: 'SLP-O2', message: 'input must be one of' },
  ],
})
