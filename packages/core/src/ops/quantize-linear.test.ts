import { f16, f32, flat, i8, i32, of, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { quantizeLinear } from './quantize-linear.ts'

const inf = Number.POSITIVE_INFINITY

opTest(quantizeLinear, {
  cases: [
    {
      name: 'rounds half to even, adds the zero point, then saturates',
      inputs: { x: f32([0, 1, 3, 5, -1000, 1000]), y_scale: f32(2), y_zero_point: u8(128) },
      outputs: { y: u8([128, 128, 130, 130, 0, 255]) },
    },
    {
      name: 'gives uint8 without a zero point',
      inputs: { x: f32([[4, Number.NaN]]), y_scale: f32([2]) },
      outputs: { y: u8([[2, 0]]) },
    },
    {
      name: 'scales per axis',
      inputs: {
        x: f32([
          [2, 2],
          [4, 4],
        ]),
        y_scale: f32([1, 2]),
        y_zero_point: i8([1, 0]),
      },
      attrs: { axis: -2 },
      outputs: {
        y: i8([
          [3, 3],
          [2, 2],
        ]),
      },
    },
    {
      name: 'scales a 1-D input per element whatever the axis',
      inputs: { x: f32([4, 4]), y_scale: f32([1, 2]) },
      outputs: { y: u8([4, 2]) },
    },
    {
      name: 'scales blocks, the last one short',
      inputs: {
        x: f32([
          [2, 2, 2],
          [6, 6, 6],
        ]),
        y_scale: f32([
          [1, 2],
          [3, 6],
        ]),
      },
      attrs: { block_size: 2, output_dtype: 22 },
      outputs: {
        y: of('int4', [
          [2, 2, 1],
          [2, 2, 1],
        ]),
      },
    },
    {
      name: 'saturates float8, or not',
      inputs: { x: f32([1000, 3, -inf]), y_scale: f32(1), y_zero_point: of('float8e5m2', 0) },
      attrs: { saturate: 0 },
      outputs: { y: of('float8e5m2', [1024, 3, -inf]) },
    },
    {
      name: 'divides in the precision that is asked for',
      inputs: { x: f32([2049]), y_scale: f32(1) },
      attrs: { precision: 10, output_dtype: 4 },
      outputs: { y: of('uint16', [2048]) },
    },
    {
      name: 'divides by powers of two',
      inputs: { x: f16([6, 24]), y_scale: of('float8e8m0', 4), y_zero_point: of('float4e2m1', 0) },
      outputs: { y: of('float4e2m1', [1.5, 6]) },
    },
    {
      name: 'takes integers',
      inputs: { x: i32([7, -9]), y_scale: i32(2), y_zero_point: i8(0) },
      outputs: { y: i8([4, -4]) },
    },
    {
      name: 'keeps empty tensors',
      inputs: { x: flat('float32', [0, 3], []), y_scale: f32([1, 1, 1]) },
      outputs: { y: flat('uint8', [0, 3], []) },
    },
  ],
  symbolic: [
    {
      name: 'takes the type of the zero point',
      inputs: { x: 'float32[N,3]', y_scale: 'float32[]', y_zero_point: 'float6e2m3[]' },
      outputs: ['float6e2m3[N,3]'],
    },
  ],
  random: (g) => ({
    inputs: {
      x: g.tensor('float32', [2, g.int(0, 5), 3]),
      y_scale: f32([0.5, 2, 1]),
      y_zero_point: g.tensor(g.oneOf(['int2', 'uint4', 'int16', 'float8e4m3fn'] as const), [3]),
    },
    attrs: { axis: 2 },
  }),
  invalid: [
    {
      name: 'a scale of another length',
      inputs: { x: f32([[1, 2]]), y_scale: f32([1, 2, 3]) },
      code: 'SLP-O2',
      message: 'one element per slice of the axis, got 3',
    },
    {
      name: 'blocks that do not cover the axis',
      inputs: { x: f32([[1, 2, 3]]), y_scale: f32([[1, 1, 1]]) },
      attrs: { block_size: 2 },
      code: 'SLP-O2',
      message: 'a blocked scale must have size 2 on axis 1, got 3',
    },
    {
      name: 'two output types',
      inputs: { x: f32([1]), y_scale: f32(1), y_zero_point: u8(0) },
      attrs: { output_dtype: 3 },
      code: 'SLP-O2',
      message: 'output_dtype must be the type of y_zero_point, uint8, got "int8"',
    },
    {
      name: 'an output type that is not narrow',
      inputs: { x: f32([1]), y_scale: f32(1) },
      attrs: { output_dtype: 1 },
      code: 'SLP-O1',
      message: 'attribute output_dtype',
    },
  ],
})
