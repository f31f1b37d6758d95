import { f32, of, u8 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { qlinearConcat } from './qlinear-concat.ts'

opTest(qlinearConcat, {
  cases: [
    {
      name: 'brings all to one scale',
      inputs: {
        Y_scale: f32(0.2),
        Y_zero_point: u8(10),
        inputs: [u8([[1, 2]]), f32(0.1), u8(0), u8([[100]]), f32(0.4), u8(50)],
      },
      attrs: { axis: 1 },
      outputs: { Y: u8([[10, 11, 110]]) },
    },
  ],
  everyDType: false, // inputs are threes of three types
  symbolic: [
    {
      name: 'adds sizes',
      inputs: {
        Y_scale: 'float32[]',
        Y_zero_point: 'int8[]',
        inputs: ['int8[N,2]', 'float32[]', 'int8[]', 'int8[M,2]', 'float32[]', 'int8[]'],
      },
      attrs: { axis: 0 },
      outputs: ['int8[M+N,2]'],
    },
  ],
  invalid: [
    {
      name: 'an input without its zero point',
      inputs: { Y_scale: f32(1), Y_zero_point: u8(0), inputs: [u8([1]), f32(1)] },
      attrs: { axis: 0 },
      code: 'SLP-O2',
      message: 'inputs must come in threes',
    },
    {
      name: 'another type',
      inputs: { Y_scale: f32(1), Y_zero_point: u8(0), inputs: [of('int8', [1]), f32(1), u8(0)] },
      attrs: { axis: 0 },
      code: 'SLP-O2',
      message: 'inputs must be threes of uint8',
    },
  ],
})
