import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { slice } from './slice.ts'

const data = flat('int32', [2, 4], [1, 2, 3, 4, 5, 6, 7, 8])
const most = 2n ** 63n - 1n
const cut = (starts: number[], ends: (number | bigint)[], axes?: number[], steps?: number[]) => ({
  starts: i64(starts),
  ends: i64(ends),
  axes: axes && i64(axes),
  steps: steps && i64(steps),
})

opTest(slice, {
  cases: [
    {
      name: 'two axes',
      inputs: { data: f32([[0, 1, 1, 0]]), ...cut([0, 1], [1, 3]) },
      outputs: { output: f32([[1, 1]]) },
    },
    {
      name: 'steps',
      inputs: { data, ...cut([0], [4], [1], [2]) },
      outputs: { output: flat('int32', [2, 2], [1, 3, 5, 7]) },
    },
    {
      name: 'backwards',
      inputs: { data, ...cut([-1], [-most - 1n], [-1], [-3]) },
      outputs: { output: flat('int32', [2, 2], [4, 1, 8, 5]) },
    },
    {
      name: 'begins at the first element where a backward start lies before it, as onnxruntime does but not NumPy',
      inputs: { data, ...cut([-6], [-most], [1], [-1]) },
      outputs: { output: flat('int32', [2, 1], [1, 5]) },
    },
    {
      name: 'clamps',
      inputs: { data, ...cut([-9, 3], [9, most]) },
      outputs: { output: flat('int32', [2, 1], [4, 8]) },
    },
    {
      name: 'nothing',
      inputs: { data, ...cut([3], [1], [1]) },
      outputs: { output: flat('int32', [2, 0], []) },
    },
    {
      name: 'of nothing',
      inputs: { data: flat('int8', [0], []), ...cut([0], [most]) },
      outputs: { output: flat('int8', [0], []) },
    },
    {
      name: 'nothing backwards',
      inputs: { data: flat('int8', [0], []), ...cut([-1], [-most], [0], [-1]) },
      outputs: { output: flat('int8', [0], []) },
    },
  ],
  symbolic: [
    { name: 'up to the end', inputs: { data: 'int8[N]', ...cut([1], [most]) }, outputs: ['int8[N-1]'] },
    { name: 'all but the last', inputs: { data: 'int8[N]', ...cut([0], [-1]) }, outputs: ['int8[N-1]'] },
    {
      name: 'all backwards',
      inputs: { data: 'int8[N]', ...cut([-1], [-most], [0], [-1]) },
      outputs: ['int8[N]'],
    },
    {
      name: 'every second',
      inputs: { data: 'int8[2*N]', ...cut([0], [most], [0], [2]) },
      outputs: ['int8[N]'],
    },
    {
      name: 'all of a size that no name bounds',
      inputs: { data: 'int8[floor((N-64)/(128))]', ...cut([0], [most]) },
      outputs: ['int8[floor((N-64)/(128))]'],
    },
    {
      name: 'a prefix that a name may be shorter than',
      inputs: { data: 'int8[N,4]', ...cut([0, 0], [2, 2]) },
      outputs: ['int8[node.size,2]'],
    },
    {
      name: 'unknown ends along known axes',
      inputs: { data: 'int8[N,4]', starts: i64([0]), ends: 'int64[1]', axes: i64([1]) },
      outputs: ['int8[N,node.size]'],
    },
    {
      name: 'unknown axes',
      inputs: { data: 'int8[N,4]', starts: i64([0]), ends: i64([1]), axes: 'int64[1]' },
      outputs: ['int8[node.size,node.size1]'],
    },
    { name: 'unknown rank', inputs: { data: 'int8[*]', ...cut([0], [1]) }, outputs: ['int8[*]'] },
  ],
  random: (g) => ({
    inputs: {
      data: g.tensor('float32', [g.int(0, 5), g.int(0, 5)]),
      ...cut(
        [g.int(-6, 6), g.int(-6, 6)],
        [g.int(-6, 6), g.int(-6, 6)],
        [1, 0],
        [g.oneOf([-2, -1, 1, 2]), 1],
      ),
    },
  }),
  invalid: [
    {
      name: 'a step of 0',
      inputs: { data, ...cut([0], [1], [0], [0]) },
      code: 'SLP-O2',
      message: 'steps must not be 0',
    },
    {
      name: 'fewer ends',
      inputs: { data, ...cut([0, 0], [1]) },
      code: 'SLP-O2',
      message: 'ends must have 2 elements',
    },
    {
      name: 'an axis twice',
      inputs: { data, ...cut([0, 0], [1, 1], [0, -2]) },
      code: 'SLP-O2',
      message: 'axes must not repeat',
    },
  ],
})
