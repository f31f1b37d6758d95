import { f32, flat, i32, i64, of, u8 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { gatherBlockQuantized } from './gather-block-quantized.ts'

opTest(gatherBlockQuantized, {
  cases: [
    {
      name: 'unpacks bytes',
      inputs: {
        data: u8([
          [69, 115, 72, 230, 127, 103, 67, 34],
          [233, 107, 165, 95, 200, 145, 41, 31],
        ]),
        indices: i64([1, -2]),
        scales: f32([[0.5], [0.25]]),
      },
      attrs: { block_size: 16, bits: 4 },
      outputs: {
        output: f32([
          [0.25, 1.5, 0.75, -0.5, -0.75, 0.5, 1.75, -0.75, 0, 1, -1.75, 0.25, 0.25, -1.5, 1.75, -1.75],
          [-1.5, -2, -2.5, -0.5, 0, -2, -1, 3, 3.5, -0.5, -0.5, -1, -2.5, -2, -3, -3],
        ]),
      },
    },
    {
      name: 'takes packed zero points',
      inputs: {
        data: u8([
          [69, 115, 72, 230, 127, 103, 67, 34],
          [233, 107, 165, 95, 200, 145, 41, 31],
        ]),
        indices: i32(1),
        scales: f32([[0.5], [0.25]]),
        zero_points: u8([[3], [5]]),
      },
      attrs: { block_size: 16, bits: 4 },
      outputs: { output: f32([1, 2.25, 1.5, 0.25, 0, 1.25, 2.5, 0, 0.75, 1.75, -1, 1, 1, -0.75, 2.5, -1]) },
    },
    {
      name: 'gathers 4-bit numbers',
      inputs: {
        data: of('int4', [
          [4, -2, -5, 2, 1, -2, -5, 7, 4, -3, -1, 5, 2, -3, -5, -2],
          [-4, 3, -5, 0, -5, 6, -2, 6, -6, -4, 3, -3, -3, 2, 7, 4],
        ]),
        indices: i64([[1]]),
        scales: f32([[0.5], [0.25]]),
      },
      attrs: { block_size: 16 },
      outputs: {
        output: flat(
          'float32',
          [1, 1, 16],
          [-1, 0.75, -1.25, 0, -1.25, 1.5, -0.5, 1.5, -1.5, -1, 0.75, -0.75, -0.75, 0.5, 1.75, 1],
        ),
      },
    },
  ],
  everyDType: false, // bytes hold two numbers, the other types one
  symbolic: [
    {
      name: 'puts the axes of indices first',
      inputs: { data: 'uint8[V,32]', indices: 'int64[N,S]', scales: 'float16[V,4]' },
      attrs: { block_size: 16 },
      outputs: ['float16[N,S,64]'],
    },
  ],
  invalid: [
    {
      name: 'a block of 8',
      inputs: { data: u8([[1]]), indices: i64([0]), scales: f32([[1]]) },
      attrs: { block_size: 8 },
      code: 'SLP-O2',
      message: 'block_size must be a power of two from 16 on, got 8',
    },
  ],
})
