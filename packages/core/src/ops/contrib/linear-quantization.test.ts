import { f32, i8, i32, of, u8 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { dequantizeLinear } from './dequantize-linear.ts'
import { quantizeLinear } from './quantize-linear.ts'

opTest(quantizeLinear, {
  cases: [
    {
      name: 'quantizes along the second axis',
      inputs: {
        x: f32([
          [1, -2.5],
          [3.5, 400],
        ]),
        y_scale: f32([0.5, 1]),
        y_zero_point: u8([3, 5]),
      },
      attrs: { axis: 1 },
      outputs: {
        y: u8([
          [5, 3],
          [10, 255],
        ]),
      },
    },
    {
      name: 'takes one scale',
      inputs: { x: f32([1, -2.5]), y_scale: f32(0.01), y_zero_point: of('int16', 7) },
      attrs: { axis: 0 },
      outputs: { y: of('int16', [107, -243]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { x: 'float32[N]', y_scale: 'float32[]', y_zero_point: 'int4[]' },
      outputs: ['int4[N]'],
    },
  ],
})

opTest(dequantizeLinear, {
  cases: [
    {
      name: 'dequantizes along the second axis',
      inputs: {
        x: i8([
          [1, -2],
          [3, 100],
        ]),
        x_scale: f32([0.5, 1]),
        x_zero_point: i8([3, 5]),
      },
      attrs: { axis: 1 },
      outputs: {
        y: f32([
          [-1, -7],
          [0, 95],
        ]),
      },
    },
    {
      name: 'takes one scale',
      inputs: { x: i32([1, -200]), x_scale: f32(0.01) },
      attrs: { axis: 0 },
      outputs: { y: f32([0.01, -2]) },
    },
  ],
  symbolic: [
    { name: 'keeps the shape', inputs: { x: 'int4[N]', x_scale: 'float16[]' }, outputs: ['float16[N]'] },
  ],
})
