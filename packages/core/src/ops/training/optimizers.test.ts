// Expected values are worked out by hand from the formulas; the numbers are chosen so that roots come out even.
import { float } from '../../ir/builder.ts'
import { f32, f64, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { adagrad } from './adagrad.ts'
import { adam } from './adam.ts'
import { momentum } from './momentum.ts'

const rate = { R: f32(0.5), T: i64(0) }
const one = float(1)
const zero = float(0)

opTest(adagrad, {
  cases: [
    {
      name: 'sums squares',
      inputs: { ...rate, inputs: [f32([1, 2]), f32([3, -4]), f32([16, 9])] },
      attrs: { epsilon: zero },
      outputs: { outputs: [f32([1 - (0.5 * 3) / 5, 2 + (0.5 * 4) / 5]), f32([25, 25])] },
    },
    {
      name: 'decays the rate, regularises and keeps off zero',
      inputs: { R: f64(1), T: i64(4), inputs: [f64([2]), f64([1]), f64([0])] },
      attrs: { decay_factor: 0.25, norm_coefficient: one, epsilon: one },
      outputs: { outputs: [f64([2 - (0.5 * 3) / 4]), f64([9])] },
    },
    {
      name: 'takes tensors of different shapes and types',
      inputs: {
        ...rate,
        inputs: [f32([1]), f64([[1, 2]]), f32([3]), f64([[3, 4]]), f32([16]), f64([[16, 9]])],
      },
      attrs: { epsilon: zero },
      outputs: { outputs: [f32([0.7]), f64([[0.7, 1.6]]), f32([25]), f64([[25, 25]])] },
    },
  ],
  everyDType: false, // tensors of one step may differ in type, so that changing all of them shows nothing more
  symbolic: [
    {
      name: 'keeps shapes in order',
      inputs: {
        R: 'float32[]',
        T: 'int64[]',
        inputs: ['float32[N]', 'float64[2]', 'float32[N]', 'float64[2]', 'float32[N]', 'float64[2]'],
      },
      outputs: ['float32[N]', 'float64[2]', 'float32[N]', 'float64[2]'],
    },
  ],
  invalid: [
    {
      name: 'a missing state',
      inputs: { ...rate, inputs: [f32([1]), f32([1]), f32([1]), f32([1])] },
      code: 'SLP-O2',
      message: 'a multiple of 3, got 4',
    },
    {
      name: 'a gradient of another shape',
      inputs: { ...rate, inputs: [f32([1]), f32([1, 2]), f32([1])] },
      code: 'SLP-O2',
      message: 'must have its shape, [1], got "[2]"',
    },
    {
      name: 'a state of another type',
      inputs: { ...rate, inputs: [f32([1]), f32([1]), f64([1])] },
      code: 'SLP-O2',
      message: 'must have its type, float32, got "float64"',
    },
    {
      name: 'two learning rates',
      inputs: { ...rate, R: f32([1, 2]), inputs: [f32([1]), f32([1]), f32([1])] },
      code: 'SLP-O2',
      message: 'R and T must hold one number, got 2',
    },
  ],
})

opTest(momentum, {
  cases: [
    {
      name: 'counts beta as 1 in the first step',
      inputs: { ...rate, inputs: [f32([1]), f32([2]), f32([4])] },
      attrs: { alpha: 0.5, beta: 0.25, norm_coefficient: zero, mode: 'standard' },
      outputs: { outputs: [f32([-1]), f32([4])] },
    },
    {
      name: 'counts beta later, and regularises',
      inputs: { R: f32(0.5), T: i64(1), inputs: [f32([2]), f32([2]), f32([4])] },
      attrs: { alpha: 0.5, beta: 0.25, norm_coefficient: one, mode: 'standard' },
      outputs: { outputs: [f32([0.5]), f32([3])] },
    },
    {
      name: 'looks ahead with Nesterov',
      inputs: { R: f32(0.5), T: i64(1), inputs: [f32([1]), f32([2]), f32([4])] },
      attrs: { alpha: 0.5, beta: 0.25, norm_coefficient: zero, mode: 'nesterov' },
      outputs: { outputs: [f32([-0.625]), f32([2.5])] },
    },
  ],
  everyDType: false, // as above
  invalid: [
    {
      name: 'no mode',
      inputs: { ...rate, inputs: [f32([1]), f32([1]), f32([1])] },
      attrs: { alpha: 0.5, beta: 0.25, norm_coefficient: zero },
      code: 'SLP-O1',
      message: 'attribute mode: it is required',
    },
  ],
})

opTest(adam, {
  cases: [
    {
      name: 'averages without correction before the first step',
      inputs: { ...rate, inputs: [f32([1]), f32([2]), f32([4]), f32([12])] },
      attrs: { alpha: 0.5, beta: 0.5, epsilon: one },
      outputs: { outputs: [f32([1 - (0.5 * 3) / (Math.sqrt(8) + 1)]), f32([3]), f32([8])] },
    },
    {
      name: 'corrects for the start at zero',
      inputs: { R: f64(1), T: i64(1), inputs: [f64([1]), f64([4]), f64([0]), f64([0])] },
      attrs: { alpha: 0.5, beta: 0.75, epsilon: zero },
      outputs: { outputs: [f64([0]), f64([2]), f64([4])] },
    },
    {
      name: 'regularises before and after',
      inputs: { ...rate, inputs: [f32([2]), f32([0]), f32([0]), f32([0])] },
      attrs: { alpha: zero, beta: zero, epsilon: zero, norm_coefficient: one, norm_coefficient_post: 0.5 },
      outputs: { outputs: [f32([0.75]), f32([2]), f32([4])] },
    },
  ],
  everyDType: false, // as above
  symbolic: [
    {
      name: 'keeps shapes in order',
      inputs: {
        R: 'float32[]',
        T: 'int64[]',
        inputs: ['float32[N]', 'float32[N]', 'float32[N]', 'float32[N]'],
      },
      outputs: ['float32[N]', 'float32[N]', 'float32[N]'],
    },
  ],
})
