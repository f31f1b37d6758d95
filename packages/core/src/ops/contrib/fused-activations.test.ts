import { f32, flat } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { fusedConv } from './fused-conv.ts'
import { fusedGemm } from './fused-gemm.ts'

opTest(fusedConv, {
  cases: [
    {
      name: 'clips',
      inputs: {
        X: flat('float32', [1, 1, 3, 3], [0.8, -1.2, 0.5, -1, -1.8, -0.6, -1.5, 0.6, 0]),
        W: flat('float32', [2, 1, 2, 2], [0.5, 0.1, -0.4, 0, 1.1, -0.2, -0.8, -1]),
        B: f32([-0.2, -0.7]),
      },
      attrs: { activation: 'Clip', activation_params: [-0.5, 0.75] },
      outputs: { Y: flat('float32', [1, 2, 2, 2], [0.48, -0.03, -0.28, -0.5, 0.75, -0.08, -0.5, -0.5]) },
    },
    {
      name: 'adds Z first',
      inputs: {
        X: flat('float32', [1, 1, 2, 2], [1.9, -1.2, -1.1, -0.3]),
        W: flat('float32', [1, 1, 2, 2], [0.7, -0.3, -1, -0.8]),
        B: f32([-0.4]),
        Z: flat('float32', [1, 1, 1, 1], [1]),
      },
      attrs: { activation: 'HardSigmoid', activation_params: [0.3, 0.4] },
      outputs: { Y: flat('float32', [1, 1, 1, 1], [1]) },
    },
    {
      name: 'needs no activation',
      inputs: {
        X: flat('float32', [1, 1, 2, 2], [-1, -0.1, -0.6, 0.3]),
        W: flat('float32', [1, 1, 1, 1], [0.4]),
      },
      outputs: { Y: flat('float32', [1, 1, 2, 2], [-0.4, -0.04, -0.24, 0.12]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { X: 'float32[N,3,8,8]', W: 'float32[4,3,3,3]' },
      attrs: { activation: 'Relu' },
      outputs: ['float32[N,4,6,6]'],
    },
  ],
  invalid: [
    {
      name: 'an activation of no such name',
      inputs: { X: f32([[[[1]]]]), W: f32([[[[1]]]]) },
      attrs: { activation: 'Swirl' },
      code: 'SLP-O2',
      message: 'activation must be one of',
    },
    {
      name: 'an activation without its parameter',
      inputs: { X: f32([[[[1]]]]), W: f32([[[[1]]]]) },
      attrs: { activation: 'LeakyRelu' },
      code: 'SLP-O2',
      message: 'LeakyRelu must have the parameters alpha',
    },
  ],
})

opTest(fusedGemm, {
  cases: [
    {
      name: 'leaks',
      inputs: {
        A: f32([
          [-1.5, 2.4, 0.2],
          [-0.5, -0.9, -0.3],
        ]),
        B: f32([
          [0, 0.6, 0],
          [0.5, -1.6, -0.8],
        ]),
        C: f32([-1, 0.2]),
      },
      attrs: { activation: 'LeakyRelu', activation_alpha: 0.1, transB: 1, alpha: 0.5 },
      outputs: {
        Y: f32([
          [-0.028, -0.2175],
          [-0.127, 0.915],
        ]),
      },
    },
    {
      name: 'bends',
      inputs: { A: f32([[0.5, -1.5]]), B: f32([[-0.2], [0.7]]) },
      attrs: { activation: 'Tanh' },
      outputs: { Y: f32([[-0.817754]]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { A: 'float32[N,3]', B: 'float32[3,4]' },
      attrs: { activation: 'Relu' },
      outputs: ['float32[N,4]'],
    },
  ],
  invalid: [
    {
      name: 'an activation of no such name',
      inputs: { A: f32([[1]]), B: f32([[1]]) },
      attrs: { activation: 'Swirl' },
      code: 'SLP-O2',
      message: 'activation must be one of',
    },
    {
      name: 'an activation without its parameter',
      inputs: { A: f32([[1]]), B: f32([[1]]) },
      attrs: { activation: 'LeakyRelu' },
      code: 'SLP-O2',
      message: 'LeakyRelu must have the parameters alpha',
    },
  ],
})
