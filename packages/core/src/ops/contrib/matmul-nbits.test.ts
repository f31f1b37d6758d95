import { f32, flat, i32, u8 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { matmulNBits } from './matmul-nbits.ts'

opTest(matmulNBits, {
  cases: [
    {
      name: 'has 8 as its zero point',
      inputs: {
        A: f32([
          [
            -0.39, -0.86, -2.03, 1.41, -0.05, 2.52, 0.83, 0.28, -0.66, 1.39, -0.51, 1.57, -0.4, 0.19, -1.52,
            2.34,
          ],
        ]),
        B: flat(
          'uint8',
          [2, 1, 8],
          [107, 222, 246, 73, 29, 154, 170, 199, 164, 183, 234, 234, 237, 220, 184, 235],
        ),
        scales: f32([[0.5], [0.25]]),
      },
      attrs: { K: 16, N: 2, bits: 4, block_size: 16 },
      outputs: { Y: f32([[5.425, 11.34]]) },
    },
    {
      name: 'takes packed zero points and a bias, and cuts the last block',
      inputs: {
        A: f32([
          [
            -1.84, -0.59, -1.46, 0.55, 0.02, 0.51, 0.09, -0.35, 0.03, 1.05, -0.18, -0.76, -0.97, -0.22, -0.75,
            1.88, -1.18, -1.08, -0.31, 0.65,
          ],
          [
            -0.27, -0.96, -0.81, -0.35, 0.97, -0.98, -0.09, -0.61, 0.32, 0.4, -1.47, 2.39, 0.19, -0.51, -0.89,
            -0.26, 0.03, 0.6, 0.01, 0.48,
          ],
        ]),
        B: flat(
          'uint8',
          [1, 2, 8],
          [80, 154, 3, 202, 142, 155, 244, 146, 18, 203, 140, 159, 11, 130, 227, 142],
        ),
        scales: f32([[0.5, 0.1]]),
        zero_points: u8([[147]]),
        bias: f32([1]),
      },
      attrs: { K: 20, N: 1, bits: 4, block_size: 16 },
      outputs: { Y: f32([[3.508], [-4.635]]) },
    },
    {
      name: 'takes float zero points',
      inputs: {
        A: f32([
          [0.92, -1.12, 0.56, 0.34, -0.44, 1.96, -1.12, -0.28, 0.45, 0.24, -0.17, 1.38, 1.45, 0.91, 1, -0.05],
        ]),
        B: u8([[[165, 187, 167, 214, 252, 79, 38, 55]]]),
        scales: f32([[0.5]]),
        zero_points: f32([[7.5]]),
      },
      attrs: { K: 16, N: 1, bits: 4, block_size: 16 },
      outputs: { Y: f32([[-3.2125]]) },
    },
    {
      name: 'reads whole bytes',
      inputs: {
        A: f32([
          [-0.13, 0.23, -0.17, 0.96, -0.51, 1.84, 0.54, 0.17, -0.57, 0.28, 0, 1.9, 0.94, -1.56, 1.53, -2.37],
        ]),
        B: flat(
          'uint8',
          [1, 1, 16],
          [134, 125, 181, 250, 173, 32, 203, 243, 78, 128, 223, 123, 56, 217, 7, 155],
        ),
        scales: f32([[0.05]]),
        zero_points: u8([[100]]),
      },
      attrs: { K: 16, N: 1, bits: 8, block_size: 16 },
      outputs: { Y: f32([[-19.165]]) },
    },
    {
      name: 'finds the block of each column in g_idx',
      inputs: {
        A: f32([
          [
            -1.46, 1.38, -0.86, 0.25, 0.81, -0.11, 0.28, 0.12, 0.21, 1.19, 0.93, 0.32, 0.92, -0.54, -0.76, -1,
            0.78, 1.62, 0.09, -1.98,
          ],
        ]),
        B: flat(
          'uint8',
          [1, 2, 8],
          [29, 226, 223, 233, 223, 181, 148, 141, 20, 236, 235, 22, 152, 94, 190, 155],
        ),
        scales: f32([[0.5, 0.1]]),
        g_idx: i32([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]),
      },
      attrs: { K: 20, N: 1, bits: 4, block_size: 16 },
      outputs: { Y: f32([[-6.359]]) },
    },
  ],
  everyDType: false, // zero_points are bytes or of the type of A
  symbolic: [
    {
      name: 'has N columns',
      inputs: { A: 'float16[B,S,32]', B: 'uint8[64,2,8]', scales: 'float16[64,2]' },
      attrs: { K: 32, N: 64, block_size: 16 },
      outputs: ['float16[B,S,64]'],
    },
  ],
  invalid: [
    {
      name: 'a block of 12',
      inputs: { A: f32([[1]]), B: u8([[[1]]]), scales: f32([[1]]) },
      attrs: { K: 1, N: 1, block_size: 12 },
      code: 'SLP-O2',
      message: 'block_size must be a power of two from 16 on, got 12',
    },
    {
      name: 'three bits',
      inputs: { A: f32([[1]]), B: u8([[[1]]]), scales: f32([[1]]) },
      attrs: { K: 1, N: 1, block_size: 16, bits: 3 },
      code: 'SLP-O2',
      message: 'bits must be 2, 4 or 8, got 3',
    },
  ],
})
