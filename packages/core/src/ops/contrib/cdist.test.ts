import { f32 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { cdist } from './cdist.ts'

opTest(cdist, {
  cases: [
    {
      name: 'squares',
      inputs: {
        A: f32([
          [0.2, -0.2, 1.4],
          [1.4, 0.9, 1],
        ]),
        B: f32([
          [-0.1, -1.2, 2.2],
          [-1, 2.2, -0.1],
          [0.2, -0.2, 1],
        ]),
      },
      outputs: {
        C: f32([
          [1.73, 9.45, 0.16],
          [8.1, 8.66, 2.65],
        ]),
      },
    },
    {
      name: 'takes roots',
      inputs: {
        A: f32([
          [-0.5, 1.8, 0.5],
          [0.2, -0.6, 0.3],
        ]),
        B: f32([[0, 1.9, 0.9]]),
      },
      attrs: { metric: 'euclidean' },
      outputs: { C: f32([[0.648074], [2.57876]]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { A: 'float32[N,3]', B: 'float32[M,3]' },
      outputs: ['float32[N,M]'],
    },
  ],
})
