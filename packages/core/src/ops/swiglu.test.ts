import { float } from '../ir/builder.ts'
import { f32, f64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { swiglu } from './swiglu.ts'

opTest(swiglu, {
  cases: [
    {
      name: 'gates',
      inputs: { A: f64([1, -3, 0]), B: f64([2, 1, 4]) },
      attrs: { alpha: float(2) },
      outputs: { Y: f64([2 * 0.8807970779778824, -0.007417869469904323, 0]) },
      tolerance: { relative: 4e-15, absolute: 0 },
    },
    {
      name: 'has the default alpha 1',
      inputs: { A: f64([-3]), B: f64([1]) },
      outputs: { Y: f64([-0.14227761953270035]) },
      tolerance: { relative: 4e-15, absolute: 0 },
    },
  ],
  symbolic: [
    {
      name: 'takes a known size over a name',
      inputs: { A: 'float16[N,M]', B: 'float16[K,3]' },
      outputs: ['float16[K,3]'],
    },
    { name: 'takes the known rank', inputs: { A: 'float32[*]', B: 'float32[N]' }, outputs: ['float32[N]'] },
  ],
  random: (g) => {
    const shape = g.shape()
    return { inputs: { A: g.tensor('float32', shape, { finite: false }), B: g.tensor('float32', shape) } }
  },
  invalid: [
    {
      name: 'shapes that would broadcast',
      inputs: { A: f32([1, 2]), B: f32([1]) },
      code: 'SLP-O2',
      message: 'A and B must have one shape, got "[2] and [1]"',
    },
    {
      name: 'two types',
      inputs: { A: f32([1]), B: f64([1]) },
      code: 'SLP-O2',
      message: 'B must have the type float32',
    },
  ],
})
