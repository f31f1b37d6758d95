import { f32, f64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { inverse } from './inverse.ts'

opTest(inverse, {
  cases: [
    {
      name: 'inverts each matrix',
      inputs: {
        X: f32([
          [
            [0, 2],
            [1, 1],
          ],
          [
            [4, 3],
            [3, 2],
          ],
        ]),
      },
      outputs: {
        Y: f32([
          [
            [-0.5, 1],
            [0.5, 0],
          ],
          [
            [-2, 3],
            [3, -4],
          ],
        ]),
      },
    },
    {
      name: 'inverts a larger one',
      inputs: {
        X: f64([
          [0.9, -1.1, 0.6],
          [0.3, -0.4, 2],
          [-1.1, -0.3, 0.5],
        ]),
      },
      outputs: {
        Y: f64([
          [0.152265, 0.140845, -0.746098],
          [-0.894557, 0.422535, -0.616673],
          [-0.201751, 0.56338, -0.0114199],
        ]),
      },
    },
  ],
  symbolic: [{ name: 'follows the sizes', inputs: { X: 'float32[N,3,3]' }, outputs: ['float32[N,3,3]'] }],
  invalid: [
    {
      name: 'a matrix that is not square',
      inputs: { X: f32([[1, 2]]) },
      code: 'SLP-O2',
      message: 'the rows of X must be 2, got 1',
    },
  ],
})
