import { f32, i32, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { gemm } from './gemm.ts'

const a = f32([
  [1, 2],
  [3, 4],
  [5, 6],
])
const b = f32([
  [1, 0],
  [0, 2],
])

opTest(gemm, {
  cases: [
    {
      name: 'adds C to the product',
      inputs: { A: a, B: b, C: f32([10, 20]) },
      outputs: {
        Y: f32([
          [11, 24],
          [13, 28],
          [15, 32],
        ]),
      },
    },
    {
      name: 'transposes and scales',
      inputs: {
        A: a,
        B: f32([
          [1, 1, 1],
          [0, 1, 0],
        ]),
        C: f32([[1], [2]]),
      },
      attrs: { transA: 1, transB: 1, alpha: 0.5, beta: { kind: 'float', value: 2 } },
      outputs: {
        Y: f32([
          [6.5, 3.5],
          [10, 6],
        ]),
      },
    },
    {
      name: 'multiplies without C',
      inputs: { A: a, B: b },
      outputs: {
        Y: f32([
          [1, 4],
          [3, 8],
          [5, 12],
        ]),
      },
    },
    {
      name: 'takes a scalar C',
      inputs: { A: f32([[1]]), B: f32([[2]]), C: f32(3) },
      outputs: { Y: f32([[5]]) },
    },
    {
      name: 'keeps all bits of 64-bit integers',
      inputs: { A: i64([[2n ** 60n + 1n]]), B: i64([[3n]]), C: i64([[1n]]) },
      attrs: { alpha: { kind: 'float', value: 2 } },
      outputs: { Y: i64([[2n * (3n * 2n ** 60n + 3n) + 1n - 2n ** 64n]]) },
    },
    {
      name: 'truncates integers',
      inputs: { A: i32([[3]]), B: i32([[1]]) },
      attrs: { alpha: 0.5 },
      outputs: { Y: i32([[1]]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps named sizes',
      inputs: { A: 'float32[K,N]', B: 'float32[K,5]' },
      attrs: { transA: 1 },
      outputs: ['float32[N,5]'],
    },
    {
      name: 'has rank 2 always',
      inputs: { A: 'float32[*]', B: 'float32[4,M]' },
      outputs: ['float32[node.rows,M]'],
    },
  ],
  random: (g) => {
    const [m, k, n] = [g.int(0, 4), g.int(0, 4), g.int(1, 4)]
    const [transA, transB] = [g.int(0, 1), g.int(0, 1)]
    return {
      inputs: {
        A: g.tensor('float32', transA ? [k, m] : [m, k]),
        B: g.tensor('float32', transB ? [n, k] : [k, n]),
        C: g.oneOf([undefined, g.tensor('float32', [m, 1]), g.tensor('float32', [n])]),
      },
      attrs: { transA, transB, alpha: 0.25, beta: -1.5 },
    }
  },
  invalid: [
    {
      name: 'another rank',
      inputs: { A: f32([1]), B: b },
      code: 'SLP-O2',
      message: 'A must have rank 2, got "[1]"',
    },
    {
      name: 'a C that does not broadcast',
      inputs: { A: a, B: b, C: f32([1, 2, 3]) },
      code: 'SLP-O2',
      message: 'C must broadcast to [3,2], got "[3]"',
    },
  ],
})
