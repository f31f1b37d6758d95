import { f32, flat, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { dft } from './dft.ts'

const half = Math.sqrt(0.5)

opTest(dft, {
  cases: [
    {
      name: 'transforms a constant',
      inputs: { input: f32([[[1], [1], [1], [1]]]) },
      outputs: {
        output: f32([
          [
            [4, 0],
            [0, 0],
            [0, 0],
            [0, 0],
          ],
        ]),
      },
    },
    {
      name: 'transforms complex numbers on axis 0, of a length that is no power of two',
      inputs: { input: f32([[[0, 1]], [[0, 0]], [[0, 0]]]), axis: i64(0) },
      outputs: { output: f32([[[0, 1]], [[0, 1]], [[0, 1]]]) },
    },
    {
      name: 'divides the inverse by the length',
      inputs: {
        input: f32([
          [
            [0, 0],
            [4, 0],
            [0, 0],
            [0, 0],
          ],
        ]),
      },
      attrs: { inverse: 1 },
      outputs: {
        output: f32([
          [
            [1, 0],
            [0, 1],
            [-1, 0],
            [0, -1],
          ],
        ]),
      },
    },
    {
      name: 'pads with zeros to dft_length and keeps the first half',
      inputs: { input: f32([[[1], [1]]]), dft_length: i64(8) },
      attrs: { onesided: 1 },
      outputs: {
        output: f32([
          [
            [2, 0],
            [1 + half, -half],
            [1, -1],
            [1 - half, -half],
            [0, 0],
          ],
        ]),
      },
    },
    {
      name: 'cuts to dft_length',
      inputs: { input: f32([[[3], [7], [9]]]), dft_length: i64([1]) },
      outputs: { output: f32([[[3, 0]]]) },
    },
    {
      name: 'gives the real signal back from half a spectrum',
      inputs: {
        input: f32([
          [
            [10, 0],
            [-2, 2],
            [-2, 0],
          ],
        ]),
      },
      attrs: { inverse: 1, onesided: 1 },
      outputs: { output: f32([[[1], [2], [3], [4]]]) },
    },
    {
      name: 'gives an odd number of samples where told',
      inputs: {
        input: f32([
          [
            [6, 0],
            [-1.5, Math.sqrt(3) / 2],
          ],
        ]),
        dft_length: i64(3),
      },
      attrs: { inverse: 1, onesided: 1 },
      outputs: { output: f32([[[1], [2], [3]]]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps named sizes',
      inputs: { input: 'float32[B,N,1]' },
      outputs: ['float32[B,N,2]'],
    },
    {
      name: 'halves a one-sided spectrum',
      inputs: { input: 'float32[B,N,1]', dft_length: 'int64[]{M}' },
      attrs: { onesided: 1 },
      outputs: ['float32[B,floor((M)/(2))+1,2]'],
    },
    {
      name: 'doubles half a spectrum',
      inputs: { input: 'float32[B,N,2]' },
      attrs: { onesided: 1, inverse: 1 },
      outputs: ['float32[B,2*N-2,1]'],
    },
    {
      name: 'keeps the sizes for any axis',
      inputs: { input: 'float32[B,2]', axis: 'int64[]' },
      outputs: ['float32[B,2]'],
    },
    {
      name: 'knows the rank for any axis and length',
      inputs: { input: 'float32[B,2]', dft_length: 'int64[]', axis: 'int64[]' },
      outputs: ['float32[node.dft,2]'],
    },
  ],
  random: (g) => {
    const onesided = g.int(0, 1)
    return {
      inputs: { input: g.tensor('float32', [2, g.int(1, 9), onesided ? 1 : g.int(1, 2)]) },
      attrs: { onesided },
    }
  },
  invalid: [
    {
      name: 'the axis of the parts',
      inputs: { input: f32([[[1]]]), axis: i64(-1) },
      code: 'SLP-O2',
      message: 'axis must lie in [-3, -2] or [0, 1], got -1',
    },
    {
      name: 'three parts',
      inputs: { input: f32([[1, 2, 3]]) },
      code: 'SLP-O2',
      message: 'the last axis must hold 1 or 2 parts, got 3',
    },
    {
      name: 'half the spectrum of complex numbers',
      inputs: { input: f32([[1, 2]]) },
      attrs: { onesided: 1 },
      code: 'SLP-O2',
      message: 'onesided needs a real signal',
    },
    {
      name: 'no length',
      inputs: { input: flat('float32', [0, 1], []) },
      code: 'SLP-O4',
      message: 'dft_length must be at least 1, got 0',
    },
  ],
})
