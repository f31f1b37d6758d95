import { f32, i8, u8 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { dynamicQuantizeMatmul } from './dynamic-quantize-matmul.ts'
import { matmulIntegerToFloat } from './matmul-integer-to-float.ts'

opTest(matmulIntegerToFloat, {
  cases: [
    {
      name: 'scales exact sums and adds the bias',
      inputs: {
        A: u8([
          [1, 200],
          [7, 9],
        ]),
        B: i8([
          [3, -4, 5],
          [100, -100, 0],
        ]),
        a_scale: f32(0.1),
        b_scale: f32([0.5, 0.25, 1]),
        a_zero_point: u8(100),
        b_zero_point: i8([1, 0, -1]),
        bias: f32([1, 2, 3]),
      },
      outputs: {
        Y: f32([
          [486.1, -238.1, -46.4],
          [-458.75, 238.8, -61.9],
        ]),
      },
    },
    {
      name: 'does without zero points',
      inputs: { A: i8([[1, -2]]), B: i8([[3], [4]]), a_scale: f32(0.5), b_scale: f32(2) },
      outputs: { Y: f32([[-5]]) },
    },
  ],
  symbolic: [
    {
      name: 'multiplies sizes',
      inputs: { A: 'uint8[N,S,4]', B: 'int8[4,3]', a_scale: 'float16[]', b_scale: 'float16[3]' },
      outputs: ['float16[N,S,3]'],
    },
  ],
  invalid: [
    {
      name: 'a bias of another length',
      inputs: { A: u8([[1]]), B: u8([[1]]), a_scale: f32(1), b_scale: f32(1), bias: f32([1, 2]) },
      code: 'SLP-O2',
      message: 'size 0 of bias must be 1, got 2',
    },
  ],
})

opTest(dynamicQuantizeMatmul, {
  cases: [
    {
      name: 'quantizes A by its range',
      inputs: {
        A: f32([
          [1, -2.5],
          [0.3, 4],
        ]),
        B: i8([
          [3, -4],
          [100, -100],
        ]),
        b_scale: f32([0.5, 0.25]),
        b_zero_point: i8([1, 0]),
        bias: f32([1, 2]),
      },
      outputs: {
        Y: f32([
          [-121.659, 63.4569],
          [199.403, -98.3549],
        ]),
      },
    },
    {
      name: 'does without a zero point',
      inputs: { A: f32([[1, 2.5]]), B: u8([[3], [200]]), b_scale: f32(0.1) },
      outputs: { Y: f32([[50.3]]) },
    },
  ],
  symbolic: [
    {
      name: 'multiplies sizes',
      inputs: { A: 'float32[N,S,4]', B: 'int8[4,3]', b_scale: 'float32[3]' },
      outputs: ['float32[N,S,3]'],
    },
  ],
  invalid: [
    {
      name: 'a bias of another length',
      inputs: { A: f32([[1]]), B: u8([[1]]), b_scale: f32(1), bias: f32([1, 2]) },
      code: 'SLP-O2',
      message: 'size 0 of bias must be 1, got 2',
    },
  ],
})
