import { f32 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { biasGelu } from './bias-gelu.ts'
import { fastGelu } from './fast-gelu.ts'
import { gelu } from './gelu.ts'
import { quickGelu } from './quick-gelu.ts'

opTest(gelu, {
  cases: [
    {
      name: 'weighs with the normal distribution',
      inputs: { X: f32([-10, -1, 0, 0.5, 3]) },
      outputs: { Y: f32([0, -0.158655, 0, 0.345731, 2.99595]) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'float32[N,3]' }, outputs: ['float32[N,3]'] }],
})

opTest(fastGelu, {
  cases: [
    {
      name: 'approximates with tanh',
      inputs: { X: f32([-10, -1, 0, 0.5, 3]) },
      outputs: { Y: f32([0, -0.158808, 0, 0.345714, 2.99636]) },
    },
    {
      name: 'adds a bias',
      inputs: { X: f32([[-10, -1, 0, 0.5, 3]]), bias: f32([-9, 0, 1, 1.5, 4]) },
      outputs: { Y: f32([[0, -0.158808, 0.841192, 1.9546, 7]]) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'float32[N,3]' }, outputs: ['float32[N,3]'] }],
  invalid: [
    {
      name: 'a bias of another length',
      inputs: { X: f32([1, 2]), bias: f32([1, 2, 3]) },
      code: 'SLP-O2',
      message: 'bias must broadcast to [2]',
    },
  ],
})

opTest(biasGelu, {
  cases: [
    {
      name: 'adds the bias first',
      inputs: { A: f32([[-10, -1, 0, 0.5, 3]]), B: f32([-9, 0, 1, 1.5, 4]) },
      outputs: { C: f32([[0, -0.158655, 0.841345, 1.9545, 7]]) },
    },
  ],
  symbolic: [
    { name: 'keeps the shape', inputs: { A: 'float32[N,3]', B: 'float32[3]' }, outputs: ['float32[N,3]'] },
  ],
})

opTest(quickGelu, {
  cases: [
    {
      name: 'weighs with the logistic function',
      inputs: { X: f32([-10, -1, 0, 0.5, 3]) },
      outputs: { Y: f32([-2.98023e-7, -0.154204, 0, 0.350388, 2.98193]) },
    },
    {
      name: 'takes alpha',
      inputs: { X: f32([-10, -1, 0, 0.5, 3]) },
      attrs: { alpha: 0.5 },
      outputs: { Y: f32([-0.0669292, -0.377541, 0, 0.281088, 2.45272]) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'float32[N,3]' }, outputs: ['float32[N,3]'] }],
})
