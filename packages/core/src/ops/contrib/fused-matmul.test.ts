import { f32, flat } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { fusedMatmul } from './fused-matmul.ts'
import { transposeMatmul } from './transpose-matmul.ts'

opTest(fusedMatmul, {
  cases: [
    {
      name: 'multiplies and scales',
      inputs: {
        A: f32([
          [1, 2],
          [3, 4],
        ]),
        B: f32([
          [1, 0],
          [2, 1],
        ]),
      },
      attrs: { alpha: 0.5 },
      outputs: {
        Y: f32([
          [2.5, 1],
          [5.5, 2],
        ]),
      },
    },
    {
      name: 'swaps the last axes',
      inputs: {
        A: f32([
          [-0.8, 0.24, -1.66],
          [0.66, 1.14, -0.45],
        ]),
        B: f32([
          [0.43, 0.25],
          [-0.39, -0.86],
          [-2.03, 1.41],
          [-0.05, 2.52],
        ]),
      },
      attrs: { transA: 1, transB: 1 },
      outputs: {
        Y: f32([
          [-0.179, -0.2556, 2.5546, 1.7032],
          [0.3882, -1.074, 1.1202, 2.8608],
          [-0.8263, 1.0344, 2.7353, -1.051],
        ]),
      },
    },
    {
      name: 'moves batch axes',
      inputs: {
        A: flat(
          'float32',
          [3, 2, 4],
          [
            0.83, 0.28, -0.66, 1.39, -0.51, 1.57, -0.4, 0.19, -1.52, 2.34, -0.09, -0.39, 0.81, -0.89, 0.77,
            -1.17, 0.55, -1.04, -1.84, -0.59, -1.46, 0.55, 0.02, 0.51,
          ],
        ),
        B: f32([
          [[0.09], [-0.35]],
          [[0.03], [1.05]],
          [[-0.18], [-0.76]],
          [[-0.97], [-0.22]],
        ]),
      },
      attrs: { transBatchA: 1, transBatchB: 1 },
      outputs: {
        Y: f32([
          [[-1.1464], [0.3279], [0.9218]],
          [[2.0892], [-1.5458], [0.9611]],
        ]),
      },
    },
    {
      name: 'moves and swaps',
      inputs: {
        A: flat(
          'float32',
          [4, 2, 3],
          [
            -0.75, 1.88, -1.18, -1.08, -0.31, 0.65, -0.27, -0.96, -0.81, -0.35, 0.97, -0.98, -0.09, -0.61,
            0.32, 0.4, -1.47, 2.39, 0.19, -0.51, -0.89, -0.26, 0.03, 0.6,
          ],
        ),
        B: f32([
          [
            [0.01, 0.48, -1.61, -0.75],
            [-1.01, 0.16, 0.46, -1.47],
          ],
        ]),
      },
      attrs: { transBatchA: 1, transBatchB: 1, transA: 1, transB: 1 },
      outputs: {
        Y: f32([
          [[-0.1347], [0.9226], [-0.2483]],
          [[1.601], [-0.252], [-0.5959]],
        ]),
      },
    },
    {
      name: 'leaves vectors alone',
      inputs: { A: f32([-0.17, 0.73, 0.92]), B: f32([-1.12, 0.56, 0.34]) },
      attrs: { transA: 1, transB: 1 },
      outputs: { Y: f32(0.912) },
    },
  ],
  symbolic: [
    {
      name: 'moves sizes',
      inputs: { A: 'float32[K,B,M]', B: 'float32[N,K]' },
      attrs: { transA: 1, transBatchA: 1, transB: 1 },
      outputs: ['float32[B,M,N]'],
    },
    { name: 'waits for a rank', inputs: { A: 'float32[*]', B: 'float32[N,K]' }, outputs: ['float32[*]'] },
  ],
  invalid: [
    {
      name: 'no batch axis to move',
      inputs: { A: f32([[1]]), B: f32([[1]]) },
      attrs: { transBatchA: 1 },
      code: 'SLP-O2',
      message: 'must have rank 3 at least',
    },
  ],
})

opTest(transposeMatmul, {
  cases: [
    {
      name: 'swaps the last axes',
      inputs: {
        A: f32([
          [-0.44, 1.96],
          [-1.12, -0.28],
          [0.45, 0.24],
        ]),
        B: f32([
          [-0.17, 1.38],
          [1.45, 0.91],
          [1, -0.05],
        ]),
      },
      attrs: { transA: 1, alpha: 0.5 },
      outputs: {
        Y: f32([
          [-0.5496, -0.82445],
          [-0.2496, 1.219],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'swaps sizes',
      inputs: { A: 'float32[K,M]', B: 'float32[K,N]' },
      attrs: { transA: 1 },
      outputs: ['float32[M,N]'],
    },
  ],
})
