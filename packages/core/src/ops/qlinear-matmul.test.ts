import { f32, i8, of, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { qlinearMatmul } from './qlinear-matmul.ts'

const one = f32(1)

opTest(qlinearMatmul, {
  cases: [
    {
      name: 'multiplies, scales, and adds the zero point',
      inputs: {
        a: u8([[1, 2]]),
        a_scale: f32([0.5]),
        a_zero_point: u8([1]),
        b: u8([[3], [4]]),
        b_scale: one,
        b_zero_point: u8(0),
        y_scale: f32(2),
        y_zero_point: u8(10),
      },
      outputs: { y: u8([[11]]) },
    },
    {
      name: 'saturates',
      inputs: {
        a: i8([
          [100, 100],
          [-100, -100],
        ]),
        a_scale: one,
        a_zero_point: i8(0),
        b: i8([100, 100]),
        b_scale: one,
        b_zero_point: i8(0),
        y_scale: one,
        y_zero_point: i8(0),
      },
      outputs: { y: i8([127, -128]) },
    },
    {
      name: 'takes parameters per row and column',
      inputs: {
        a: u8([[2], [2]]),
        a_scale: f32([1, 2]),
        a_zero_point: u8([0, 1]),
        b: u8([[3, 3]]),
        b_scale: f32([1, 2]),
        b_zero_point: u8([1, 0]),
        y_scale: one,
        y_zero_point: u8(0),
      },
      outputs: {
        y: u8([
          [4, 12],
          [4, 12],
        ]),
      },
    },
    {
      name: 'multiplies float8',
      inputs: {
        a: of('float8e4m3fn', [[1.5]]),
        a_scale: one,
        a_zero_point: of('float8e4m3fn', 0),
        b: of('float8e5m2', [[-2]]),
        b_scale: one,
        b_zero_point: of('float8e5m2', 0),
        y_scale: f32(0.5),
        y_zero_point: of('float8e4m3fn', 0),
      },
      outputs: { y: of('float8e4m3fn', [[-6]]) },
    },
  ],
  symbolic: [
    {
      name: 'takes the type of the zero point',
      inputs: {
        a: 'uint8[N,K]',
        a_scale: 'float32[]',
        a_zero_point: 'uint8[]',
        b: 'int8[K,3]',
        b_scale: 'float32[3]',
        b_zero_point: 'int8[3]',
        y_scale: 'float32[]',
        y_zero_point: 'int8[]',
      },
      outputs: ['int8[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'a scale of another length',
      inputs: {
        a: u8([[1]]),
        a_scale: one,
        a_zero_point: u8(0),
        b: u8([[1]]),
        b_scale: f32([1, 2]),
        b_zero_point: u8(0),
        y_scale: one,
        y_zero_point: u8(0),
      },
      code: 'SLP-O2',
      message: 'b_scale (a number per column) must broadcast to [1,1], got "[2]"',
    },
  ],
})
