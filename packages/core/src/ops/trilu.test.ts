import { f32, flat, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { trilu } from './trilu.ts'

const matrix = f32([
  [1, 1, 1],
  [2, 3, 1],
])

opTest(trilu, {
  cases: [
    {
      name: 'keeps the upper triangle',
      inputs: { input: matrix },
      outputs: {
        output: f32([
          [1, 1, 1],
          [0, 3, 1],
        ]),
      },
    },
    {
      name: 'keeps the lower triangle',
      inputs: { input: matrix },
      attrs: { upper: 0 },
      outputs: {
        output: f32([
          [1, 0, 0],
          [2, 3, 0],
        ]),
      },
    },
    {
      name: 'moves the upper diagonal',
      inputs: { input: matrix, k: i64(1) },
      outputs: {
        output: f32([
          [0, 1, 1],
          [0, 0, 1],
        ]),
      },
    },
    {
      name: 'moves the lower diagonal',
      inputs: { input: matrix, k: i64([-1]) },
      attrs: { upper: 0 },
      outputs: {
        output: f32([
          [0, 0, 0],
          [2, 0, 0],
        ]),
      },
    },
    {
      name: 'keeps all beyond the corner',
      inputs: { input: matrix, k: i64(-(2n ** 62n)) },
      outputs: { output: matrix },
    },
    {
      name: 'works on batches of text',
      inputs: { input: flat('string', [2, 1, 2], ['a', 'b', 'c', 'd']) },
      attrs: { upper: 0 },
      outputs: { output: flat('string', [2, 1, 2], ['a', '', 'c', '']) },
    },
    {
      name: 'takes no elements',
      inputs: { input: flat('int64', [2, 0, 3], []) },
      outputs: { output: flat('int64', [2, 0, 3], []) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { input: 'float32[N,3,M]', k: 'int64[]' },
      outputs: ['float32[N,3,M]'],
    },
  ],
  random: (g) => ({
    inputs: { input: g.tensor('float32', g.shape({ rank: [2, 4] })), k: i64(g.int(-3, 3)) },
    attrs: { upper: g.int(0, 1) },
  }),
  invalid: [
    {
      name: 'a vector',
      inputs: { input: str(['a']) },
      code: 'SLP-O2',
      message: 'input must have at least two axes, got "string[1]"',
    },
    {
      name: 'two diagonals',
      inputs: { input: matrix, k: i64([1, 2]) },
      code: 'SLP-O2',
      message: 'k must be a scalar',
    },
  ],
})
