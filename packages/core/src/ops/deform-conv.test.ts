import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { deformConv } from './deform-conv.ts'

const X = f32([[[1, 2, 3, 4]]])
const W = f32([[[1, 10]]])
const offset = (...moves: number[]) => flat('float32', [1, 2, 3], moves)

opTest(deformConv, {
  cases: [
    {
      name: 'is Conv without offsets',
      inputs: { X, W, offset: offset(0, 0, 0, 0, 0, 0) },
      outputs: { Y: f32([[[21, 32, 43]]]) },
    },
    {
      name: 'moves taps, scales them and adds the bias',
      inputs: {
        X,
        W,
        offset: offset(0.5, 0, 0, 0, 0, 1),
        B: f32([0.25]),
        mask: flat('float32', [1, 2, 3], [1, 1, 1, 1, 0, 1]),
      },
      outputs: { Y: f32([[[21.75, 2.25, 3.25]]]) },
    },
    {
      name: 'has offsets per offset group',
      inputs: {
        X: f32([
          [
            [1, 2],
            [10, 20],
          ],
        ]),
        W: f32([[[1], [1]]]),
        offset: f32([
          [
            [0, 0],
            [1, -1],
          ],
        ]),
      },
      attrs: { offset_group: 2 },
      outputs: { Y: f32([[[21, 12]]]) },
    },
  ],
  symbolic: [
    {
      name: 'has the shape of Conv',
      inputs: { X: 'float32[N,4,H,W]', W: 'float32[8,2,3,3]', offset: 'float32[N,18,H,W]' },
      attrs: { group: 2, pads: [1, 1, 1, 1] },
      outputs: ['float32[N,8,H,W]'],
    },
  ],
  random: (g) => {
    const shape = [g.int(1, 2), g.int(3, 5), g.int(3, 5)] as const
    const [batch, height, width] = shape
    const output = [height - 1, width]
    return {
      inputs: {
        X: g.tensor('float32', [batch, 4, height, width]),
        W: g.tensor('float32', [2, 2, 2, 1]),
        offset: g.tensor('float32', [batch, 8, ...output]),
        mask: g.bool() ? g.tensor('float32', [batch, 4, ...output]) : undefined,
      },
      attrs: { group: 2, offset_group: 2 },
    }
  },
  invalid: [
    {
      name: 'offsets for another kernel',
      inputs: { X, W, offset: f32([[[0, 0, 0]]]) },
      code: 'SLP-O2',
      message: 'size 1 of offset must be 2, got 1',
    },
  ],
})
