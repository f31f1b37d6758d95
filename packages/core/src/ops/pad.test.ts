import { f32, flat, i8, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { pad } from './pad.ts'

const data = i8([1, 2, 3])
const mode = (name: string, pads: number[], expected: number[], by: string = name) => ({
  name,
  inputs: { data, pads: i64(pads) },
  attrs: { mode: by },
  outputs: { output: i8(expected) },
})

opTest(pad, {
  cases: [
    {
      name: 'two axes',
      inputs: { data: f32([[1]]), pads: i64([0, 1, 1, 0]) },
      outputs: {
        output: f32([
          [0, 1],
          [0, 0],
        ]),
      },
    },
    {
      name: 'a value on one axis',
      inputs: { data: i8([[1, 2]]), pads: i64([1, 0]), constant_value: i8(7), axes: i64([-1]) },
      outputs: { output: i8([[7, 1, 2]]) },
    },
    mode('reflect', [2, 1], [3, 2, 1, 2, 3, 2]),
    mode('reflects more than once', [0, 5], [1, 2, 3, 2, 1, 2, 3, 2], 'reflect'),
    mode('edge', [2, 1], [1, 1, 1, 2, 3, 3]),
    mode('wrap', [2, 4], [2, 3, 1, 2, 3, 1, 2, 3, 1]),
    mode('removes', [-1, -1], [2], 'constant'),
    mode('removes and adds', [-1, 2], [2, 3, 2, 3], 'wrap'),
    { name: 'strings', inputs: { data: str(['a']), pads: i64([1, 0]) }, outputs: { output: str(['', 'a']) } },
    {
      name: 'nothing',
      inputs: { data: flat('int8', [0], []), pads: i64([1, 0]) },
      outputs: { output: i8([0]) },
    },
  ],
  symbolic: [
    { name: 'adds', inputs: { data: 'int8[N,H]', pads: i64([1, 0, 2, -1]) }, outputs: ['int8[N+3,H-1]'] },
    {
      name: 'unknown pads along known axes',
      inputs: { data: 'int8[N,H]', pads: 'int64[2]', axes: i64([1]) },
      outputs: ['int8[N,node.size]'],
    },
    {
      name: 'unknown axes',
      inputs: { data: 'int8[N,H]', pads: i64([1, 1]), axes: 'int64[1]' },
      outputs: ['int8[node.size,node.size1]'],
    },
  ],
  invalid: [
    {
      name: 'fewer pads',
      inputs: { data, pads: i64([1]) },
      code: 'SLP-O2',
      message: 'pads must have 2 elements',
    },
    {
      name: 'more taken than there is',
      inputs: { data, pads: i64([-2, -2]) },
      code: 'SLP-O2',
      message: 'pads must leave a size of 0 or more, got -1',
    },
    {
      name: 'nothing to reflect',
      inputs: { data: flat('int8', [0], []), pads: i64([1, 0]) },
      attrs: { mode: 'reflect' },
      code: 'SLP-O4',
      message: 'needs elements to repeat',
    },
    {
      name: 'another mode',
      inputs: { data, pads: i64([0, 0]) },
      attrs: { mode: 'mirror' },
      code: 'SLP-O1',
      message: 'one of constant, reflect, edge, wrap',
    },
  ],
})
