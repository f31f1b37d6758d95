import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { det } from './det.ts'

opTest(det, {
  cases: [
    {
      name: 'takes one matrix',
      inputs: {
        X: f32([
          [1, 2],
          [3, 4],
        ]),
      },
      outputs: { Y: f32(-2) },
    },
    {
      name: 'takes several, singular and permuted ones',
      inputs: {
        X: f32([
          [
            [0, 1],
            [1, 0],
          ],
          [
            [1, 2],
            [2, 4],
          ],
          [
            [0, 0],
            [0, 1],
          ],
        ]),
      },
      outputs: { Y: f32([-1, 0, 0]) },
    },
    {
      name: 'pivots',
      inputs: {
        X: f32([
          [1e-20, 1, 0],
          [1, 1, 0],
          [0, 0, 3],
        ]),
      },
      outputs: { Y: f32(-3) },
    },
    {
      name: 'gives 1 for nothing',
      inputs: { X: flat('float32', [2, 0, 0], []) },
      outputs: { Y: f32([1, 1]) },
    },
  ],
  symbolic: [{ name: 'drops the matrix axes', inputs: { X: 'float32[B,3,3]' }, outputs: ['float32[B]'] }],
  random: (g) => {
    const n = g.int(0, 4)
    return { inputs: { X: g.tensor('float32', [g.int(0, 3), n, n]) } }
  },
  invalid: [
    { name: 'no matrix', inputs: { X: f32([1]) }, code: 'SLP-O2', message: 'rank 2 at least' },
    {
      name: 'not square',
      inputs: { X: f32([[1, 2]]) },
      code: 'SLP-O2',
      message: 'must be square, got "[1,2]"',
    },
  ],
})
