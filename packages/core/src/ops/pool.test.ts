import type { Gen } from '../testing/gen.ts'
import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { averagePool } from './average-pool.ts'
import { globalAveragePool } from './global-average-pool.ts'
import { globalLpPool } from './global-lp-pool.ts'
import { globalMaxPool } from './global-max-pool.ts'
import { lpPool } from './lp-pool.ts'
import { maxPool } from './max-pool.ts'

const line = f32([[[1, 5, 2, 4, 3]]])
const square = f32([
  [
    [
      [1, 2, 3],
      [4, 9, 6],
      [7, 8, 5],
    ],
  ],
])

const randomPool = (g: Gen) => {
  const list = (low: number, high: number, length: number) => Array.from({ length }, () => g.int(low, high))
  const rank = g.int(1, 3)
  return {
    inputs: { X: g.tensor('float32', [g.int(0, 2), g.int(1, 2), ...list(5, 7, rank)], { finite: false }) },
    attrs: {
      kernel_shape: list(1, 3, rank),
      strides: list(1, 3, rank),
      dilations: list(1, 2, rank),
      ceil_mode: g.int(0, 1),
      ...(g.bool()
        ? { pads: list(0, 2, 2 * rank) }
        : { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER', 'VALID']) }),
    },
  }
}
const rankRefusal = {
  name: 'a rank that kernel_shape does not fit',
  inputs: { X: line },
  attrs: { kernel_shape: [1, 1] },
  code: 'SLP-O2' as const,
  message: 'X must have rank 4',
}

opTest(maxPool, {
  cases: [
    {
      name: 'takes the first maximum and its index',
      inputs: { X: f32([[[1, 5, 5, 2]], [[1, 2, 3, 3]]]) },
      attrs: { kernel_shape: [2] },
      outputs: { Y: f32([[[5, 5, 5]], [[2, 3, 3]]]), Indices: i64([[[1, 1, 2]], [[5, 6, 6]]]) },
    },
    {
      name: 'never takes padding',
      inputs: { X: f32([[[-3, -1]]]) },
      attrs: { kernel_shape: [2], pads: [1, 1] },
      outputs: { Y: f32([[[-3, -1, -1]]]) },
    },
    {
      name: 'counts columns first with storage_order 1',
      inputs: { X: square },
      attrs: { kernel_shape: [2, 2], storage_order: 1 },
      outputs: {
        Y: f32([
          [
            [
              [9, 9],
              [9, 9],
            ],
          ],
        ]),
        Indices: i64([
          [
            [
              [4, 4],
              [4, 4],
            ],
          ],
        ]),
      },
    },
    {
      name: 'tells columns from rows',
      inputs: { X: f32([[[[1, 2, 9]]]]) },
      attrs: { kernel_shape: [1, 2], storage_order: 1 },
      outputs: { Y: f32([[[[2, 9]]]]), Indices: i64([[[[1, 2]]]]) },
    },
    {
      name: 'ignores a window that starts in the padding at the end',
      inputs: { X: f32([[[1, 2]]]) },
      attrs: { kernel_shape: [1], strides: [2], pads: [0, 1], ceil_mode: 1 },
      outputs: { Y: f32([[[1]]]) },
    },
    {
      name: 'lets NaN win',
      inputs: { X: f32([[[Number.NaN, 1, 2]]]) },
      attrs: { kernel_shape: [2] },
      outputs: { Y: f32([[[Number.NaN, 2]]]), Indices: i64([[[0, 2]]]) },
    },
  ],
  symbolic: [
    {
      name: 'rounds up under ceil_mode',
      inputs: { X: 'float32[N,C,H,5]' },
      attrs: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
      outputs: ['float32[N,C,floor((H+1)/(2)),3]', 'int64[N,C,floor((H+1)/(2)),3]'],
    },
    {
      name: 'knows the rank from kernel_shape',
      inputs: { X: 'float32[*]' },
      attrs: { kernel_shape: [1] },
      outputs: ['float32[node.batch1,node.channels2,node.size]'],
    },
  ],
  random: randomPool,
  invalid: [rankRefusal],
})

opTest(averagePool, {
  cases: [
    {
      name: 'averages windows',
      inputs: { X: line },
      attrs: { kernel_shape: [2], strides: [2] },
      outputs: { Y: f32([[[3, 3]]]) },
    },
    {
      name: 'leaves padding out of the count',
      inputs: { X: line },
      attrs: { kernel_shape: [3], strides: [2], pads: [1, 1] },
      outputs: { Y: f32([[[3, 11 / 3, 3.5]]]) },
    },
    {
      name: 'counts padding on demand',
      inputs: { X: line },
      attrs: { kernel_shape: [3], strides: [2], pads: [1, 1], count_include_pad: 1 },
      outputs: { Y: f32([[[2, 11 / 3, 7 / 3]]]) },
    },
    {
      name: 'counts no position beyond the padding under ceil_mode',
      inputs: { X: f32([[[1, 2, 3, 4]]]) },
      attrs: { kernel_shape: [3], strides: [3], pads: [1, 0], count_include_pad: 1, ceil_mode: 1 },
      outputs: { Y: f32([[[1, 3.5]]]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps a size that SAME keeps',
      inputs: { X: 'float32[N,C,W]' },
      attrs: { kernel_shape: [3], auto_pad: 'SAME_UPPER' },
      outputs: ['float32[N,C,W]'],
    },
  ],
  random: randomPool,
  invalid: [rankRefusal],
})

opTest(lpPool, {
  cases: [
    {
      name: 'takes the Euclidean norm',
      inputs: { X: f32([[[3, -4, 0]]]) },
      attrs: { kernel_shape: [2] },
      outputs: { Y: f32([[[5, 4]]]) },
    },
    {
      name: 'takes the sum of magnitudes for p = 1',
      inputs: { X: f32([[[3, -4, 0]]]) },
      attrs: { kernel_shape: [2], p: 1, pads: [1, 0] },
      outputs: { Y: f32([[[3, 7, 4]]]) },
    },
  ],
  symbolic: [
    {
      name: 'shrinks',
      inputs: { X: 'float32[N,C,W]' },
      attrs: { kernel_shape: [3] },
      outputs: ['float32[N,C,W-2]'],
    },
  ],
  random: randomPool,
  invalid: [
    rankRefusal,
    {
      name: 'p = 0',
      inputs: { X: line },
      attrs: { kernel_shape: [1], p: 0 },
      code: 'SLP-O2',
      message: 'p must be at least 1, got 0',
    },
  ],
})

const globals = [
  { op: globalAveragePool, expected: [5, -2] },
  { op: globalMaxPool, expected: [9, 0] },
  { op: globalLpPool, expected: [Math.sqrt(285), Math.sqrt(108)] },
]
for (const { op, expected } of globals) {
  opTest(op, {
    cases: [
      {
        name: 'pools each channel',
        inputs: { X: flat('float32', [1, 2, 3, 3], [...square.data, 0, -6, 0, -6, 0, 0, 0, 0, -6]) },
        outputs: { Y: flat('float32', [1, 2, 1, 1], expected) },
      },
    ],
    symbolic: [
      { name: 'leaves ones', inputs: { X: 'float32[N,C,H,W]' }, outputs: ['float32[N,C,1,1]'] },
      { name: 'knows no rank', inputs: { X: 'float32[*]' }, outputs: ['float32[*]'] },
    ],
    random: (g) => ({ inputs: { X: g.tensor('float32', g.shape({ rank: [2, 4], empty: false })) } }),
    invalid: [
      { name: 'no channels', inputs: { X: f32([1]) }, code: 'SLP-O2', message: 'a batch and a channel axis' },
    ],
  })
}
