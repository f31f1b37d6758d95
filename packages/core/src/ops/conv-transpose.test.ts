import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { convTranspose } from './conv-transpose.ts'

opTest(convTranspose, {
  cases: [
    {
      name: 'spreads each element over the kernel',
      inputs: { X: f32([[[1, 2]]]), W: f32([[[1, 1, 1]]]) },
      outputs: { Y: f32([[[1, 3, 3, 2]]]) },
    },
    {
      name: 'cuts pads off and adds output_padding at the end',
      inputs: { X: f32([[[1, 2]]]), W: f32([[[1, 10, 100]]]), B: f32([0.5]) },
      attrs: { strides: [2], pads: [1, 0], output_padding: [1] },
      outputs: { Y: f32([[[10.5, 102.5, 20.5, 200.5, 0.5]]]) },
    },
    {
      name: 'derives pads from output_shape, the larger half first',
      inputs: { X: f32([[[1, 2]]]), W: f32([[[1, 10]]]) },
      attrs: { output_shape: [2] },
      outputs: { Y: f32([[[12, 20]]]) },
    },
    {
      name: 'puts the larger half last for SAME_UPPER',
      inputs: { X: f32([[[1, 2]]]), W: f32([[[1, 10]]]) },
      attrs: { auto_pad: 'SAME_UPPER' },
      outputs: { Y: f32([[[1, 12]]]) },
    },
    {
      name: 'pads nothing for SAME where the stride outruns the kernel',
      inputs: { X: f32([[[1, 2]]]), W: f32([[[1, 10]]]) },
      attrs: { auto_pad: 'SAME_UPPER', strides: [3] },
      outputs: { Y: f32([[[1, 10, 0, 2, 20]]]) },
    },
    {
      name: 'keeps groups apart',
      inputs: { X: f32([[[1], [2]]]), W: f32([[[1, 2]], [[3, 4]]]) },
      attrs: { group: 2 },
      outputs: {
        Y: f32([
          [
            [1, 2],
            [6, 8],
          ],
        ]),
      },
    },
    {
      name: 'dilates',
      inputs: { X: f32([[[1, 2]]]), W: f32([[[1, 10]]]) },
      attrs: { dilations: [2] },
      outputs: { Y: f32([[[1, 2, 10, 20]]]) },
    },
  ],
  symbolic: [
    {
      name: 'doubles symbolic sizes',
      inputs: { X: 'float32[N,8,H,4]', W: 'float32[8,3,4,4]' },
      attrs: { strides: [2, 2], pads: [1, 1, 1, 1], group: 2 },
      outputs: ['float32[N,6,2*H,8]'],
    },
    {
      name: 'takes output_shape',
      inputs: { X: 'float32[N,8,H]', W: 'float32[8,M,K]' },
      attrs: { output_shape: [7] },
      outputs: ['float32[N,M,7]'],
    },
  ],
  random: (g) => {
    const group = g.int(1, 2)
    const channels = group * g.int(1, 2)
    return {
      inputs: {
        X: g.tensor('float32', [g.int(1, 2), channels, g.int(1, 4), g.int(1, 4)]),
        W: g.tensor('float32', [channels, g.int(1, 2), g.int(2, 3), g.int(2, 3)]),
      },
      attrs: {
        group,
        strides: [g.int(1, 3), g.int(1, 3)],
        dilations: [g.int(1, 2), g.int(1, 2)],
        ...(g.bool() ? { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER', 'VALID']) } : { pads: [0, 0, 0, 1] }),
      },
    }
  },
  invalid: [
    {
      name: 'other channels in W',
      inputs: { X: flat('float32', [1, 1, 1], [1]), W: f32([[[1]], [[2]]]) },
      code: 'SLP-O2',
      message: 'channels of W must be 1, got 2',
    },
    {
      name: 'too much output_padding',
      inputs: { X: f32([[[1]]]), W: f32([[[1]]]) },
      attrs: { output_padding: [1] },
      code: 'SLP-O2',
      message: 'output_padding must be less than the stride',
    },
  ],
})
