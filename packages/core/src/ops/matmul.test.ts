import { f32, flat, i32, i64, of } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { matmul } from './matmul.ts'

opTest(matmul, {
  cases: [
    {
      name: 'multiplies matrices',
      inputs: {
        A: f32([
          [1, 2, 0],
          [0, 1, 3],
        ]),
        B: f32([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      },
      outputs: {
        Y: f32([
          [7, 10],
          [18, 22],
        ]),
      },
    },
    {
      name: 'broadcasts the leading axes',
      inputs: { A: f32([[[1, 2]], [[3, 4]]]), B: f32([[[[1], [1]]], [[[2], [0]]]]) },
      outputs: {
        Y: f32([
          [[[3]], [[7]]],
          [[[2]], [[6]]],
        ]),
      },
    },
    {
      name: 'multiplies two vectors to a scalar',
      inputs: { A: f32([1, 2]), B: f32([3, 4]) },
      outputs: { Y: f32(11) },
    },
    {
      name: 'takes a vector on the left as a row',
      inputs: {
        A: f32([1, 2]),
        B: f32([
          [
            [1, 0],
            [0, 1],
          ],
          [
            [1, 1],
            [1, 1],
          ],
        ]),
      },
      outputs: {
        Y: f32([
          [1, 2],
          [3, 3],
        ]),
      },
    },
    {
      name: 'takes a vector on the right as a column',
      inputs: {
        A: f32([
          [1, 2],
          [3, 4],
        ]),
        B: f32([1, 1]),
      },
      outputs: { Y: f32([3, 7]) },
    },
    {
      name: 'gives zeros for an empty sum',
      inputs: { A: flat('float32', [2, 0], []), B: flat('float32', [0, 1], []) },
      outputs: { Y: f32([[0], [0]]) },
    },
    {
      name: 'wraps 32-bit integers',
      inputs: { A: i32([2 ** 31 - 1, 1]), B: i32([2 ** 31 - 1, 5]) },
      outputs: { Y: i32(6) },
    },
    {
      name: 'wraps unsigned integers',
      inputs: { A: of('uint32', [2 ** 32 - 1]), B: of('uint32', [2]) },
      outputs: { Y: of('uint32', 2 ** 32 - 2) },
    },
    {
      name: 'keeps all bits of 64-bit integers',
      inputs: { A: i64([2n ** 62n + 1n, 1n]), B: i64([1n, 2n]) },
      outputs: { Y: i64(2n ** 62n + 3n) },
    },
    {
      name: 'lets NaN through zeros',
      inputs: { A: f32([[0, 1]]), B: f32([[Number.NaN], [1]]) },
      outputs: { Y: f32([[Number.NaN]]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps named sizes',
      inputs: { A: 'float32[B,N,K]', B: 'float32[K,M]' },
      outputs: ['float32[B,N,M]'],
    },
    {
      name: 'drops the axis of a vector',
      inputs: { A: 'float32[K]', B: 'float32[7,K,M]' },
      outputs: ['float32[7,M]'],
    },
    { name: 'keeps an unknown rank', inputs: { A: 'float32[*]', B: 'float32[K]' }, outputs: ['float32[*]'] },
  ],
  random: (g) => {
    const [batch, m, k, n] = [g.int(1, 3), g.int(0, 4), g.int(0, 70), g.int(1, 4)]
    return {
      inputs: {
        A: g.tensor('float32', [g.oneOf([1, batch]), m, k], { finite: false }),
        B: g.tensor('float32', [batch, k, n]),
      },
    }
  },
  invalid: [
    {
      name: 'sizes that do not meet',
      inputs: { A: f32([[1, 2]]), B: f32([[1, 2]]) },
      code: 'SLP-O2',
      message: 'B must have 2 rows, one per column of A, got "1"',
    },
    { name: 'a scalar', inputs: { A: f32(1), B: f32([1]) }, code: 'SLP-O2', message: 'rank 1 at least' },
    {
      name: 'leading axes that do not broadcast',
      inputs: { A: flat('float32', [2, 1, 1], [1, 1]), B: flat('float32', [3, 1, 1], [1, 1, 1]) },
      code: 'SLP-O2',
      message: 'must broadcast',
    },
  ],
})
