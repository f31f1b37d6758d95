import { f32, i8, i32, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { convInteger } from './conv-integer.ts'
import { qlinearConv } from './qlinear-conv.ts'

opTest(convInteger, {
  everyDType: false, // the zero points below do not exist in int8
  cases: [
    {
      name: 'takes zero points off, in the padding too',
      inputs: { x: u8([[[2, 3, 4]]]), w: u8([[[1, 2]]]), x_zero_point: u8(1), w_zero_point: u8(1) },
      attrs: { pads: [1, 0] },
      outputs: { y: i32([[[1, 2, 3]]]) },
    },
    {
      name: 'mixes signs and takes a zero point per map',
      inputs: { x: u8([[[255]]]), w: i8([[[-128]], [[127]]]), w_zero_point: i8([127, -128]) },
      outputs: { y: i32([[[-65025], [65025]]]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps names',
      inputs: { x: 'uint8[N,3,W]', w: 'int8[8,3,1]' },
      outputs: ['int32[N,8,W]'],
    },
  ],
  invalid: [
    {
      name: 'a zero point per something else',
      inputs: { x: u8([[[1]]]), w: u8([[[1]]]), w_zero_point: u8([1, 2]) },
      code: 'SLP-O2',
      message: 'the size of w_zero_point must be 1, got 2',
    },
  ],
})

const quantized = (x: number, wScale: readonly number[], bias?: number) => ({
  x: u8([[[x]]]),
  x_scale: f32(0.5),
  x_zero_point: u8(0),
  w: i8(wScale.map(() => [[2]])),
  w_scale: f32(wScale),
  w_zero_point: i8(0),
  y_scale: f32(1),
  y_zero_point: u8(3),
  B: bias === undefined ? undefined : i32(wScale.map(() => bias)),
})

opTest(qlinearConv, {
  cases: [
    {
      name: 'rescales and rounds halves to even',
      inputs: quantized(5, [0.5, 0.3]),
      outputs: { y: u8([[[5], [5]]]) },
    },
    {
      name: 'adds the bias before rescaling',
      inputs: quantized(5, [0.5], 4),
      outputs: { y: u8([[[7]]]) },
    },
    {
      name: 'saturates',
      inputs: quantized(255, [1, 1]),
      outputs: { y: u8([[[255], [255]]]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps names',
      inputs: {
        x: 'uint8[N,3,W]',
        x_scale: 'float32[]',
        x_zero_point: 'uint8[]',
        w: 'int8[8,3,1]',
        w_scale: 'float32[8]',
        w_zero_point: 'int8[8]',
        y_scale: 'float32[]',
        y_zero_point: 'int8[]',
      },
      outputs: ['int8[N,8,W]'],
    },
  ],
  invalid: [
    {
      name: 'a scale of X per channel',
      inputs: { ...quantized(1, [1]), x_scale: f32([1, 2]) },
      code: 'SLP-O2',
      message: 'x_scale must be a scalar',
    },
  ],
})
