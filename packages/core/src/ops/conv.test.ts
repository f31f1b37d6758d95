import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { conv } from './conv.ts'

const ramp = (shape: number[]) =>
  flat(
    'float32',
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i % 8),
  )

opTest(conv, {
  cases: [
    {
      name: 'slides one kernel',
      inputs: { X: f32([[[1, 2, 3, 4]]]), W: f32([[[1, 1]]]) },
      outputs: { Y: f32([[[3, 5, 7]]]) },
    },
    {
      name: 'adds the bias and pads with zeros',
      inputs: {
        X: f32([
          [
            [
              [1, 2],
              [3, 4],
            ],
          ],
        ]),
        W: f32([[[[1, 0, 1]]]]),
        B: f32([10]),
      },
      attrs: { pads: [0, 1, 1, 1] },
      outputs: {
        Y: f32([
          [
            [
              [12, 11],
              [14, 13],
              [10, 10],
            ],
          ],
        ]),
      },
    },
    {
      name: 'keeps groups apart',
      inputs: {
        X: f32([
          [
            [1, 2],
            [10, 20],
          ],
        ]),
        W: f32([[[1]], [[2]]]),
      },
      attrs: { group: 2 },
      outputs: {
        Y: f32([
          [
            [1, 2],
            [20, 40],
          ],
        ]),
      },
    },
    {
      name: 'strides and dilates',
      inputs: { X: f32([[[1, 2, 3, 4, 5, 6, 7]]]), W: f32([[[1, -1]]]) },
      attrs: { strides: [2], dilations: [3] },
      outputs: { Y: f32([[[-3, -3]]]) },
    },
    {
      name: 'puts the odd padding last for SAME_UPPER',
      inputs: { X: f32([[[1, 2, 3]]]), W: f32([[[1, 10]]]) },
      attrs: { auto_pad: 'SAME_UPPER' },
      outputs: { Y: f32([[[21, 32, 3]]]) },
    },
    {
      name: 'puts the odd padding first for SAME_LOWER',
      inputs: { X: f32([[[1, 2, 3]]]), W: f32([[[1, 10]]]) },
      attrs: { auto_pad: 'SAME_LOWER' },
      outputs: { Y: f32([[[10, 21, 32]]]) },
    },
    {
      name: 'works on three spatial axes',
      inputs: { X: ramp([1, 1, 2, 2, 2]), W: flat('float32', [1, 1, 2, 1, 2], [1, 1, 1, 1]) },
      outputs: { Y: flat('float32', [1, 1, 1, 2, 1], [10, 18]) },
    },
    {
      name: 'takes an empty batch',
      inputs: { X: flat('float32', [0, 1, 3], []), W: f32([[[1]]]) },
      outputs: { Y: flat('float32', [0, 1, 3], []) },
    },
  ],
  symbolic: [
    {
      name: 'keeps sizes that padding keeps',
      inputs: { X: 'float32[N,3,H,W]', W: 'float32[8,3,3,3]' },
      attrs: { pads: [1, 1, 1, 1] },
      outputs: ['float32[N,8,H,W]'],
    },
    {
      name: 'halves symbolic sizes',
      inputs: { X: 'float32[N,3,H,224]', W: 'float32[M,3,3,3]' },
      attrs: { pads: [1, 1, 1, 1], strides: [2, 2] },
      outputs: ['float32[N,M,floor((H+1)/(2)),112]'],
    },
    {
      name: 'knows the rank from W',
      inputs: { X: 'float32[*]', W: 'float32[8,3,1]' },
      outputs: ['float32[node.batch1,8,node.size]'],
    },
  ],
  random: (g) => {
    const [group, rank] = [g.int(1, 2), g.int(1, 3)]
    const [depth, maps] = [g.int(1, 2), group * g.int(1, 2)]
    const list = (low: number, high: number, length = rank) => Array.from({ length }, () => g.int(low, high))
    const kernel = list(1, 3)
    return {
      inputs: {
        X: g.tensor('float32', [g.int(0, 2), depth * group, ...list(5, 7)]),
        W: g.tensor('float32', [maps, depth, ...kernel]),
        B: g.bool() ? g.tensor('float32', [maps]) : undefined,
      },
      attrs: {
        group,
        strides: list(1, 3),
        dilations: list(1, 2),
        ...(g.bool()
          ? { pads: list(0, 2, 2 * rank) }
          : { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER', 'VALID']) }),
      },
    }
  },
  invalid: [
    {
      name: 'channels that do not fit',
      inputs: { X: ramp([1, 3, 4]), W: ramp([2, 2, 1]) },
      code: 'SLP-O2',
      message: 'channels of X must be 2, got 3',
    },
    {
      name: 'a kernel that does not fit',
      inputs: { X: ramp([1, 1, 2]), W: ramp([1, 1, 5]) },
      code: 'SLP-O2',
      message: 'a window of 5 positions must fit axis 0',
    },
    {
      name: 'maps that do not divide',
      inputs: { X: ramp([1, 2, 2]), W: ramp([3, 1, 1]) },
      attrs: { group: 2 },
      code: 'SLP-O2',
      message: 'divide by group 2',
    },
    {
      name: 'a bias of another size',
      inputs: { X: ramp([1, 1, 2]), W: ramp([3, 1, 1]), B: f32([1]) },
      code: 'SLP-O2',
      message: 'the size of B must be 3, got 1',
    },
    {
      name: 'pads beside auto_pad',
      inputs: { X: ramp([1, 1, 2]), W: ramp([1, 1, 1]) },
      attrs: { auto_pad: 'VALID', pads: [1, 1] },
      code: 'SLP-O2',
      message: 'pads must be absent where auto_pad is VALID',
    },
    {
      name: 'one stride too many',
      inputs: { X: ramp([1, 1, 2]), W: ramp([1, 1, 1]) },
      attrs: { strides: [1, 1] },
      code: 'SLP-O2',
      message: 'strides must have 1 entries',
    },
  ],
})
