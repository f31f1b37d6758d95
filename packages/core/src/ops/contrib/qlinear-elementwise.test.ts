import { f32, i8, u8 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { qlinearAdd } from './qlinear-add.ts'
import { qlinearLeakyRelu } from './qlinear-leaky-relu.ts'
import { qlinearMul } from './qlinear-mul.ts'
import { qlinearSigmoid } from './qlinear-sigmoid.ts'

opTest(qlinearAdd, {
  cases: [
    {
      name: 'takes both zero points and scales',
      inputs: {
        A: u8([0, 128, 255, 7]),
        A_scale: f32(0.5),
        A_zero_point: u8(100),
        B: u8([3, 200, 0, 9]),
        B_scale: f32(0.25),
        B_zero_point: u8(50),
        C_scale: f32(0.75),
        C_zero_point: u8(120),
      },
      outputs: { C: u8([38, 189, 207, 44]) },
    },
    {
      name: 'broadcasts int8',
      inputs: {
        A: i8([[1], [-100]]),
        A_scale: f32(0.1),
        A_zero_point: i8(-3),
        B: i8([5, -7, 90]),
        B_scale: f32(0.3),
        B_zero_point: i8(2),
        C_scale: f32(0.2),
        C_zero_point: i8(1),
      },
      outputs: {
        C: i8([
          [8, -10, 127],
          [-43, -61, 84],
        ]),
      },
    },
    {
      name: 'rounds halves to the even number after adding the zero point',
      inputs: {
        A: u8([1, 3, 5, 7]),
        A_scale: f32(1),
        A_zero_point: u8(0),
        B: u8([0]),
        B_scale: f32(1),
        B_zero_point: u8(0),
        C_scale: f32(2),
        C_zero_point: u8(3),
      },
      outputs: { C: u8([4, 4, 6, 6]) },
    },
  ],
  symbolic: [
    {
      name: 'broadcasts sizes',
      inputs: {
        A: 'uint8[N,1]',
        A_scale: 'float32[]',
        B: 'uint8[3]',
        B_scale: 'float32[1]',
        C_scale: 'float32[]',
      },
      outputs: ['uint8[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'a scale per row',
      inputs: { A: u8([1, 2]), A_scale: f32([1, 2]), B: u8(1), B_scale: f32(1), C_scale: f32(1) },
      code: 'SLP-O2',
      message: 'A_scale must be a scalar',
    },
  ],
})

opTest(qlinearMul, {
  cases: [
    {
      name: 'takes both zero points and scales',
      inputs: {
        A: u8([0, 128, 255, 7]),
        A_scale: f32(0.5),
        A_zero_point: u8(100),
        B: u8([3, 200, 0, 9]),
        B_scale: f32(0.25),
        B_zero_point: u8(50),
        C_scale: f32(25),
        C_zero_point: u8(120),
      },
      outputs: { C: u8([144, 141, 81, 139]) },
    },
    {
      name: 'broadcasts int8',
      inputs: {
        A: i8([[1], [-100]]),
        A_scale: f32(0.1),
        A_zero_point: i8(-3),
        B: i8([5, -7, 90]),
        B_scale: f32(0.3),
        B_zero_point: i8(2),
        C_scale: f32(0.2),
        C_zero_point: i8(1),
      },
      outputs: {
        C: i8([
          [3, -4, 54],
          [-43, 127, -128],
        ]),
      },
    },
    {
      name: 'rounds halves to the even number after adding the zero point',
      inputs: {
        A: u8([1, 3, 5, 7]),
        A_scale: f32(1),
        A_zero_point: u8(0),
        B: u8([1]),
        B_scale: f32(1),
        B_zero_point: u8(0),
        C_scale: f32(2),
        C_zero_point: u8(3),
      },
      outputs: { C: u8([4, 4, 6, 6]) },
    },
  ],
  symbolic: [
    {
      name: 'broadcasts sizes',
      inputs: {
        A: 'uint8[N,1]',
        A_scale: 'float32[]',
        B: 'uint8[3]',
        B_scale: 'float32[1]',
        C_scale: 'float32[]',
      },
      outputs: ['uint8[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'a scale per row',
      inputs: { A: u8([1, 2]), A_scale: f32([1, 2]), B: u8(1), B_scale: f32(1), C_scale: f32(1) },
      code: 'SLP-O2',
      message: 'A_scale must be a scalar',
    },
  ],
})

opTest(qlinearSigmoid, {
  cases: [
    {
      name: 'maps uint8',
      inputs: {
        X: u8([
          [0, 50, 100],
          [150, 200, 255],
        ]),
        X_scale: f32(0.1),
        X_zero_point: u8(128),
        Y_scale: f32(0.00390625),
        Y_zero_point: u8(0),
      },
      outputs: {
        Y: u8([
          [0, 0, 15],
          [230, 255, 255],
        ]),
      },
    },
    {
      name: 'maps int8',
      inputs: {
        X: i8([-128, -5, 0, 3, 127]),
        X_scale: f32(0.04),
        X_zero_point: i8(-3),
        Y_scale: f32(0.00390625),
        Y_zero_point: i8(-128),
      },
      outputs: { Y: i8([-126, -5, 8, 15, 127]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { X: 'int8[N,3]', X_scale: 'float32[]', Y_scale: 'float32[]' },
      outputs: ['int8[N,3]'],
    },
  ],
})

opTest(qlinearLeakyRelu, {
  cases: [
    {
      name: 'maps uint8',
      inputs: {
        X: u8([
          [0, 50, 100],
          [150, 200, 255],
        ]),
        X_scale: f32(0.1),
        X_zero_point: u8(128),
        Y_scale: f32(0.05),
        Y_zero_point: u8(90),
      },
      attrs: { alpha: 0.3 },
      outputs: {
        Y: u8([
          [13, 43, 73],
          [134, 234, 255],
        ]),
      },
    },
    {
      name: 'maps int8',
      inputs: {
        X: i8([-128, -5, 0, 3, 127]),
        X_scale: f32(0.04),
        X_zero_point: i8(-3),
        Y_scale: f32(0.11),
        Y_zero_point: i8(3),
      },
      outputs: { Y: i8([3, 3, 4, 5, 50]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { X: 'int8[N,3]', X_scale: 'float32[]', Y_scale: 'float32[]' },
      outputs: ['int8[N,3]'],
    },
  ],
})
