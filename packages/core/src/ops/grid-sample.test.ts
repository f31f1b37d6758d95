import { f32, flat, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { gridSample } from './grid-sample.ts'

const X = f32([[[1, 2, 3]]])
/** Positions in elements 0, 1, 2 with align_corners. */
const at = (...positions: number[]) =>
  flat(
    'float32',
    [1, positions.length, 1],
    positions.map((x) => x - 1),
  )
const align = { align_corners: 1 }

opTest(gridSample, {
  cases: [
    {
      name: 'takes the nearest, halves to even',
      inputs: { X, grid: at(0.5, 1.5, 2.6) },
      attrs: { ...align, mode: 'nearest' },
      outputs: { Y: f32([[[1, 3, 0]]]) },
    },
    {
      name: 'interpolates, with zeros outside',
      inputs: { X, grid: at(0.5, 2, 2.5, 4) },
      attrs: align,
      outputs: { Y: f32([[[1.5, 3, 1.5, 0]]]) },
    },
    {
      name: 'holds the border',
      inputs: { X, grid: at(-1, 2.5) },
      attrs: { ...align, padding_mode: 'border' },
      outputs: { Y: f32([[[1, 3]]]) },
    },
    {
      name: 'reflects at element centres, more than once',
      inputs: { X, grid: at(-0.5, 3.5, 5) },
      attrs: { ...align, padding_mode: 'reflection' },
      outputs: { Y: f32([[[1.5, 1.5, 2]]]) },
    },
    {
      name: 'reflects at element edges without align_corners',
      inputs: { X, grid: f32([[[-1.5], [1]]]) },
      attrs: { padding_mode: 'reflection' },
      outputs: { Y: f32([[[1.25, 3]]]) },
    },
    {
      name: 'interpolates cubically',
      inputs: { X, grid: at(0.5, 1) },
      attrs: { ...align, mode: 'cubic', padding_mode: 'border' },
      outputs: { Y: f32([[[1.40625, 2]]]) },
    },
    {
      name: 'reads the innermost axis first',
      inputs: {
        X: flat('float32', [1, 1, 2, 3], [1, 2, 3, 4, 5, 6]),
        grid: flat('float32', [1, 1, 1, 2], [1, -1]),
      },
      attrs: align,
      outputs: { Y: flat('float32', [1, 1, 1, 1], [3]) },
    },
    {
      name: 'cuts integers',
      inputs: { X: i64([[[1, 2]]]), grid: flat('float32', [1, 1, 1], [0.9]) },
      attrs: align,
      outputs: { Y: i64([[[1]]]) },
    },
    {
      name: 'moves strings',
      inputs: { X: str([[['a', 'b']]]), grid: flat('float32', [1, 2, 1], [1, 9]) },
      attrs: { ...align, mode: 'nearest' },
      outputs: { Y: str([[['b', '']]]) },
    },
  ],
  symbolic: [
    {
      name: 'takes sizes from the grid',
      inputs: { X: 'float32[N,3,H,W]', grid: 'float32[N,P,Q,2]' },
      outputs: ['float32[N,3,P,Q]'],
    },
  ],
  random: (g) => {
    const rank = g.int(1, 3)
    const sizes = () => Array.from({ length: rank }, () => g.int(1, 4))
    const batch = g.int(1, 2)
    return {
      inputs: {
        X: g.tensor('float32', [batch, g.int(1, 2), ...sizes()]),
        grid: g.tensor('float32', [batch, ...sizes(), rank]),
      },
      attrs: {
        mode: g.oneOf(['linear', 'nearest', 'cubic']),
        padding_mode: g.oneOf(['zeros', 'border', 'reflection']),
        align_corners: g.int(0, 1),
      },
    }
  },
  invalid: [
    {
      name: 'positions with too many coordinates',
      inputs: { X, grid: flat('float32', [1, 1, 2], [0, 0]) },
      code: 'SLP-O2',
      message: 'size 2 of grid must be 1, got 2',
    },
  ],
})
