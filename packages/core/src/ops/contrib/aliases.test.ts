import { f32, flat, i32, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { expandDims } from './expand-dims.ts'
import { gatherNd } from './gather-nd.ts'
import { gridSample } from './grid-sample.ts'
import { pad } from './pad.ts'
import { range } from './range.ts'
import { trilu } from './trilu.ts'
import { unique } from './unique.ts'

opTest(trilu, {
  cases: [
    {
      name: 'keeps the upper triangle',
      inputs: {
        X: f32([
          [1, 2],
          [3, 4],
        ]),
      },
      outputs: {
        Y: f32([
          [1, 2],
          [0, 4],
        ]),
      },
    },
    {
      name: 'keeps the lower triangle from a diagonal on',
      inputs: {
        X: i64([
          [1, 2],
          [3, 4],
        ]),
        k: i64(-1),
      },
      attrs: { upper: 0 },
      outputs: {
        Y: i64([
          [0, 0],
          [3, 0],
        ]),
      },
    },
  ],
  symbolic: [{ name: 'follows the sizes', inputs: { X: 'float32[N,M]' }, outputs: ['float32[N,M]'] }],
})

opTest(pad, {
  cases: [
    {
      name: 'takes pads as one row',
      inputs: {
        data: f32([
          [1, 2],
          [3, 4],
        ]),
        pads: i64([[0, 1, 1, 0]]),
        value: f32([0.5]),
      },
      outputs: {
        output: f32([
          [0.5, 1, 2],
          [0.5, 3, 4],
          [0.5, 0.5, 0.5],
        ]),
      },
    },
    {
      name: 'mirrors',
      inputs: { data: f32([1, 2, 3]), pads: i64([2, 1]) },
      attrs: { mode: 'reflect' },
      outputs: { output: f32([3, 2, 1, 2, 3, 2]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { data: 'float32[N,M]', pads: i64([[0, 1, 2, 0]]) },
      outputs: ['float32[N+2,M+1]'],
    },
  ],
})

opTest(range, {
  cases: [
    { name: 'steps by one', inputs: { start: f32(1), limit: f32(4) }, outputs: { Y: f32([1, 2, 3]) } },
    {
      name: 'steps by delta',
      inputs: { start: i64(9), limit: i64(1), delta: i64(-3) },
      outputs: { Y: i64([9, 6, 3]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { start: 'int64[]{1}', limit: 'int64[]{7}' },
      outputs: ['int64[6]'],
    },
  ],
})

opTest(expandDims, {
  cases: [
    { name: 'inserts an axis', inputs: { X: f32([1, 2]), axis: i32(1) }, outputs: { Y: f32([[1], [2]]) } },
    {
      name: 'counts from the end',
      inputs: { X: f32([1, 2]), axis: i32(-1) },
      outputs: { Y: f32([[1], [2]]) },
    },
  ],
  symbolic: [
    { name: 'follows the sizes', inputs: { X: 'string[N]', axis: i32(0) }, outputs: ['string[1,N]'] },
  ],
})

opTest(unique, {
  cases: [
    {
      name: 'keeps the order',
      inputs: { x: f32([2, 1, 1, 3, 4, 3]) },
      outputs: { y: f32([2, 1, 3, 4]), idx: i64([0, 1, 1, 2, 3, 2]), counts: i64([1, 2, 2, 1]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { x: 'string[N]' },
      outputs: ['string[node.unique]', 'int64[N]', 'int64[node.unique]'],
    },
  ],
})

opTest(gatherNd, {
  cases: [
    {
      name: 'takes int32 indices',
      inputs: {
        data: f32([
          [1, 2],
          [3, 4],
        ]),
        indices: i32([
          [1, 0],
          [0, 1],
        ]),
      },
      outputs: { output: f32([3, 2]) },
    },
    {
      name: 'takes slices',
      inputs: {
        data: f32([
          [1, 2],
          [3, 4],
        ]),
        indices: i64([[1]]),
      },
      outputs: { output: f32([[3, 4]]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { data: 'float32[N,M,3]', indices: 'int32[K,2]' },
      outputs: ['float32[K,3]'],
    },
  ],
})

opTest(gridSample, {
  cases: [
    {
      name: 'samples between pixels',
      inputs: {
        X: flat('float32', [1, 1, 2, 3], [-0.8, 0.2, -1.7, 0.7, 1.1, -0.5]),
        Grid: flat('float32', [1, 1, 2, 2], [0, 0, 0.5, -0.25]),
      },
      outputs: { Y: flat('float32', [1, 1, 1, 2], [0.65, -0.94375]) },
    },
    {
      name: 'takes the nearest',
      inputs: {
        X: flat('float32', [1, 1, 2, 3], [0.4, 0.3, -0.4, -0.9, -2, 1.4]),
        Grid: flat('float32', [1, 1, 2, 2], [0.9, 0.1, -3, 1]),
      },
      attrs: { mode: 'nearest', padding_mode: 'border' },
      outputs: { Y: flat('float32', [1, 1, 1, 2], [1.4, -0.9]) },
    },
    {
      name: 'bends',
      inputs: {
        X: flat(
          'float32',
          [1, 1, 4, 4],
          [0, 2.5, 0.8, 0.3, -0.7, 1.4, -0.5, 1.6, -0.4, 0.2, -1.5, 2.3, -0.1, -0.4, 0.8, -0.9],
        ),
        Grid: flat('float32', [1, 1, 1, 2], [0.1, 0.2]),
      },
      attrs: { mode: 'bicubic', padding_mode: 'reflection', align_corners: 1 },
      outputs: { Y: flat('float32', [1, 1, 1, 1], [-1.30155]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { X: 'float32[N,C,H,W]', Grid: 'float32[N,K,M,2]' },
      outputs: ['float32[N,C,K,M]'],
    },
  ],
  everyDType: false, // T2 follows T1
})
