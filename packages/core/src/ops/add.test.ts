import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { add } from './add.ts'

opTest(add, {
  cases: [
    {
      name: 'adds with broadcasting',
      inputs: {
        A: f32([
          [1, 2],
          [3, 4],
        ]),
        B: f32([10, 20]),
      },
      outputs: {
        C: f32([
          [11, 22],
          [13, 24],
        ]),
      },
    },
    {
      name: 'wraps 64-bit integers',
      inputs: { A: flat('int64', [1], [2n ** 63n - 1n]), B: i64([1]) },
      outputs: { C: flat('int64', [1], [-(2n ** 63n)]) },
    },
    {
      name: 'keeps an empty axis',
      inputs: { A: flat('float32', [0, 2], []), B: f32([1, 2]) },
      outputs: { C: flat('float32', [0, 2], []) },
    },
  ],
  symbolic: [
    { name: 'keeps a named size', inputs: { A: 'float32[N,3]', B: 'float32[1]' }, outputs: ['float32[N,3]'] },
    {
      name: 'takes a known size over a name',
      inputs: { A: 'float32[N]', B: 'float32[7]' },
      outputs: ['float32[7]'],
    },
  ],
  random: (g) => {
    const shape = g.shape()
    return {
      inputs: { A: g.tensor('float32', shape, { finite: false }), B: g.tensor('float32', shape.slice(1)) },
    }
  },
  invalid: [
    {
      name: 'shapes that do not broadcast',
      inputs: { A: f32([1, 2]), B: f32([1, 2, 3]) },
      code: 'SLP-O2',
      message:
        'the shapes must broadcast (equal sizes, or 1), got "[2] and [3]" (node "Add"; operator Add; inputs float32[2], float32[3])',
    },
    {
      name: 'two element types',
      inputs: { A: f32([1]), B: i64([1]) },
      code: 'SLP-O2',
      message: 'B must have the type float32',
    },
  ],
})
