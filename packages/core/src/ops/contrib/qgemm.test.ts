import { f32, i8, i32, u8 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { qgemm } from './qgemm.ts'

opTest(qgemm, {
  cases: [
    {
      name: 'quantizes the result',
      inputs: {
        A: u8([
          [1, 2, 3],
          [200, 100, 50],
        ]),
        a_scale: f32(0.1),
        a_zero_point: u8(7),
        B: u8([
          [3, 4],
          [5, 6],
          [250, 128],
        ]),
        b_scale: f32([0.02, 0.05]),
        b_zero_point: u8([128, 100]),
        C: i32([10, -500]),
        y_scale: f32(0.9),
        y_zero_point: u8(100),
      },
      attrs: { alpha: 0.5 },
      outputs: {
        Y: u8([
          [101, 101],
          [66, 26],
        ]),
      },
    },
    {
      name: 'gives float32 without y_scale, and transposes',
      inputs: {
        A: i8([
          [1, 2],
          [3, 4],
          [100, -50],
        ]),
        a_scale: f32(0.1),
        a_zero_point: i8(1),
        B: i8([
          [3, 4, 100],
          [5, 6, -100],
        ]),
        b_scale: f32(0.5),
        b_zero_point: i8(0),
        C: i32([10, -500]),
      },
      attrs: { transA: 1, transB: 1 },
      outputs: {
        Y: f32([
          [495.9, -519.4],
          [-253.75, 231.15],
        ]),
      },
    },
  ],
  everyDType: false, // the type of Y follows y_zero_point
  symbolic: [
    {
      name: 'transposes sizes',
      inputs: {
        A: 'int8[K,M]',
        a_scale: 'float32[]',
        a_zero_point: 'int8[]',
        B: 'int8[N,K]',
        b_scale: 'float32[N]',
        b_zero_point: 'int8[]',
      },
      attrs: { transA: 1, transB: 1 },
      outputs: ['float32[M,N]'],
    },
  ],
  invalid: [
    {
      name: 'a zero point alone',
      inputs: {
        A: u8([[1]]),
        a_scale: f32(1),
        a_zero_point: u8(0),
        B: u8([[1]]),
        b_scale: f32(1),
        b_zero_point: u8(0),
        y_zero_point: u8(0),
      },
      code: 'SLP-O2',
      message: 'y_scale and y_zero_point must be given together',
    },
  ],
})
