import { flat } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { convGradW } from './conv-grad-w.ts'

opTest(convGradW, {
  cases: [
    {
      name: 'sums what each tap sees, over images',
      inputs: {
        X: flat('float32', [2, 1, 3], [1, 2, 3, 4, 5, 6]),
        dY: flat('float32', [2, 1, 2], [1, 10, 100, 1000]),
      },
      attrs: { kernel_shape: [2] },
      outputs: { dW: flat('float32', [1, 1, 2], [21 + 5400, 32 + 6500]) },
    },
    {
      name: 'keeps groups apart',
      inputs: { X: flat('float32', [1, 2, 2], [1, 2, 3, 4]), dY: flat('float32', [1, 2, 2], [1, 10, 2, 3]) },
      attrs: { kernel_shape: [1], group: 2 },
      outputs: { dW: flat('float32', [2, 1, 1], [21, 18]) },
    },
    {
      name: 'sees nothing in the padding',
      inputs: {
        X: flat('float32', [1, 1, 2, 2], [1, 2, 3, 4]),
        dY: flat('float32', [1, 1, 2, 2], [1, 1, 1, 1]),
      },
      attrs: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      outputs: { dW: flat('float32', [1, 1, 3, 3], [1, 3, 2, 4, 10, 6, 3, 7, 4]) },
    },
    {
      name: 'leaves windows out that dY has no element for',
      inputs: { X: flat('float32', [1, 1, 5], [1, 2, 3, 4, 5]), dY: flat('float32', [1, 1, 2], [1, 10]) },
      attrs: { kernel_shape: [2], strides: [2] },
      outputs: { dW: flat('float32', [1, 1, 2], [31, 42]) },
    },
  ],
  symbolic: [
    {
      name: 'knows its shape',
      inputs: { X: 'float32[N,6,H,W]', dY: 'float32[N,4,P,Q]' },
      attrs: { kernel_shape: [3, 2], group: 2 },
      outputs: ['float32[4,3,3,2]'],
    },
  ],
  random: (g) => {
    const [group, kernel, strides] = [g.oneOf([1, 2]), [g.int(1, 3), g.int(1, 3)], [g.int(1, 2), g.int(1, 2)]]
    const outputs = [g.int(1, 4), g.int(1, 4)]
    const sizes = outputs.map((size, i) => (size - 1) * strides[i]! + kernel[i]! + g.int(0, 1))
    const images = g.int(1, 2)
    return {
      inputs: {
        X: g.tensor('float32', [images, 3 * group, ...sizes], { finite: true }),
        dY: g.tensor('float32', [images, 2 * group, ...outputs], { finite: true }),
      },
      attrs: { kernel_shape: kernel, strides, group },
    }
  },
  invalid: [
    {
      name: 'channels that do not divide',
      inputs: { X: flat('float32', [1, 3, 1], [1, 2, 3]), dY: flat('float32', [1, 2, 1], [1, 2]) },
      attrs: { kernel_shape: [1], group: 2 },
      code: 'SLP-O2',
      message: /channels of X must divide by group 2/,
    },
    {
      name: 'more elements than windows',
      inputs: { X: flat('float32', [1, 1, 3], [1, 2, 3]), dY: flat('float32', [1, 1, 3], [1, 2, 3]) },
      attrs: { kernel_shape: [2] },
      code: 'SLP-O2',
      message: /dY must have at most 2 elements along axis 2/,
    },
  ],
})
