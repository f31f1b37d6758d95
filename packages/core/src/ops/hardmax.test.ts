import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { hardmax } from './hardmax.ts'

opTest(hardmax, {
  cases: [
    {
      name: 'marks the first largest of the last axis',
      inputs: {
        input: f32([
          [3, 0, 3],
          [1, 2, 0],
        ]),
      },
      outputs: {
        output: f32([
          [1, 0, 0],
          [0, 1, 0],
        ]),
      },
    },
    {
      name: 'marks along an outer axis',
      inputs: {
        input: f32([
          [3, 0],
          [1, 2],
        ]),
      },
      attrs: { axis: 0 },
      outputs: {
        output: f32([
          [1, 0],
          [0, 1],
        ]),
      },
    },
    {
      name: 'keeps an empty axis',
      inputs: { input: flat('float32', [2, 0], []) },
      outputs: { output: flat('float32', [2, 0], []) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { input: 'float32[N,3]' }, outputs: ['float32[N,3]'] }],
  random: (g) => ({
    inputs: { input: g.tensor('float32', g.shape({ rank: [1, 3] }), { finite: false }) },
    attrs: { axis: g.int(-1, 0) },
  }),
  invalid: [
    {
      name: 'an axis outside the rank',
      inputs: { input: f32([1]) },
      attrs: { axis: 2 },
      code: 'SLP-O2',
      message: 'must lie in [-1, 0], got 2',
    },
  ],
})
