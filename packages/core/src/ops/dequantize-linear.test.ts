import { f16, f32, i32, of, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { dequantizeLinear } from './dequantize-linear.ts'

opTest(dequantizeLinear, {
  cases: [
    {
      name: 'subtracts the zero point and scales',
      inputs: { x: u8([1, 3, 2]), x_scale: f32(2), x_zero_point: u8(1) },
      outputs: { y: f32([0, 4, 2]) },
    },
    {
      name: 'scales per axis',
      inputs: {
        x: of('int4', [
          [-8, 7],
          [1, 2],
        ]),
        x_scale: f16([1, 2]),
      },
      outputs: {
        y: f16([
          [-8, 14],
          [1, 4],
        ]),
      },
    },
    {
      name: 'scales blocks of an outer axis',
      inputs: {
        x: u8([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        x_scale: f32([
          [1, 10],
          [2, 20],
        ]),
        x_zero_point: u8([
          [1, 0],
          [0, 1],
        ]),
      },
      attrs: { axis: 0, block_size: 2 },
      outputs: {
        y: f32([
          [0, 20],
          [2, 40],
          [10, 100],
        ]),
      },
    },
    {
      name: 'gives the output type that is asked for',
      inputs: { x: i32([100000]), x_scale: f32(1) },
      attrs: { output_dtype: 10 },
      outputs: { y: f16([Number.POSITIVE_INFINITY]) },
    },
    {
      name: 'gives float32 for scales that are powers of two',
      inputs: { x: of('float6e3m2', [28, -0.0625]), x_scale: of('float8e8m0', 2) },
      outputs: { y: f32([56, -0.125]) },
    },
  ],
  everyDType: false,
  symbolic: [
    {
      name: 'takes the type of the scale',
      inputs: { x: 'int8[N]', x_scale: 'bfloat16[]' },
      outputs: ['bfloat16[N]'],
    },
  ],
  random: (g) => ({
    inputs: {
      x: g.tensor(g.oneOf(['int2', 'uint2', 'uint16', 'float4e2m1', 'float8e5m2fnuz'] as const), [
        3,
        g.int(0, 4),
      ]),
      x_scale: f32([0.5, 2, 1]),
    },
    attrs: { axis: 0 },
  }),
  invalid: [
    {
      name: 'a negative block size',
      inputs: { x: u8([1]), x_scale: f32(1) },
      attrs: { block_size: -1 },
      code: 'SLP-O2',
      message: 'block_size must not be negative, got -1',
    },
    {
      name: 'a scale of rank 2 without blocks',
      inputs: { x: u8([[1, 2]]), x_scale: f32([[1, 2]]) },
      code: 'SLP-O2',
      message: 'without block_size must be a scalar or 1-D',
    },
  ],
})
