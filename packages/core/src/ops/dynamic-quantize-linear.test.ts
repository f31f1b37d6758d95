import { f32, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { dynamicQuantizeLinear } from './dynamic-quantize-linear.ts'

opTest(dynamicQuantizeLinear, {
  cases: [
    {
      name: 'spreads the range over 0…255',
      inputs: {
        x: f32([
          [-1, 0],
          [1, 1.5],
        ]),
      },
      outputs: {
        y: u8([
          [0, 102],
          [204, 255],
        ]),
        y_scale: f32(2.5 / 255),
        y_zero_point: u8(102),
      },
    },
    {
      name: 'lets the range include zero',
      inputs: { x: f32([1.2, 2]) },
      outputs: { y: u8([153, 255]), y_scale: f32(2 / 255), y_zero_point: u8(0) },
    },
    {
      name: 'keeps zeros',
      inputs: { x: f32([0, 0]) },
      outputs: { y: u8([0, 0]), y_scale: f32(0), y_zero_point: u8(0) },
    },
  ],
  symbolic: [
    {
      name: 'gives two scalars',
      inputs: { x: 'float32[N,3]' },
      outputs: ['uint8[N,3]', 'float32[]', 'uint8[]'],
    },
  ],
  random: (g) => ({ inputs: { x: g.tensor('float32', g.shape({ empty: false })) } }),
})
