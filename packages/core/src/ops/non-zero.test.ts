import { bool, f32, flat, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { compress } from './compress.ts'
import { nonZero } from './non-zero.ts'
import { oneHot } from './one-hot.ts'
import { unique } from './unique.ts'

const matrix = f32([
  [1, 0],
  [1, 1],
])

opTest(nonZero, {
  cases: [
    {
      name: 'row-major order',
      inputs: { X: matrix },
      outputs: {
        Y: i64([
          [0, 1, 1],
          [0, 0, 1],
        ]),
      },
    },
    { name: 'NaN and negative zero', inputs: { X: f32([Number.NaN, -0]) }, outputs: { Y: i64([[0]]) } },
    {
      name: 'the imaginary part',
      inputs: { X: flat('complex64', [2], [0, 0, 0, 1]) },
      outputs: { Y: i64([[1]]) },
    },
    { name: 'strings', inputs: { X: str(['', 'a']) }, outputs: { Y: i64([[1]]) } },
    { name: 'a scalar has no index', inputs: { X: f32(5) }, outputs: { Y: flat('int64', [0, 1], []) } },
  ],
  symbolic: [
    { name: 'one row per axis', inputs: { X: 'int8[N,3]' }, outputs: ['int64[2,node.count]'] },
    { name: 'unknown rank', inputs: { X: 'int8[*]' }, outputs: ['int64[node.rank,node.count1]'] },
  ],
})

opTest(compress, {
  cases: [
    {
      name: 'rows',
      inputs: { input: matrix, condition: bool([false, true]) },
      attrs: { axis: 0 },
      outputs: { output: f32([[1, 1]]) },
    },
    {
      name: 'short conditions',
      inputs: { input: matrix, condition: bool([true]) },
      attrs: { axis: -1 },
      outputs: { output: f32([[1], [1]]) },
    },
    {
      name: 'elements',
      inputs: { input: matrix, condition: bool([false, true, true]) },
      outputs: { output: f32([0, 1]) },
    },
  ],
  symbolic: [
    {
      name: 'a fresh size',
      inputs: { input: 'int8[N,3]', condition: 'bool[K]' },
      attrs: { axis: 1 },
      outputs: ['int8[N,node.count]'],
    },
    { name: 'rank 1', inputs: { input: 'int8[*]', condition: 'bool[K]' }, outputs: ['int8[node.count]'] },
  ],
  invalid: [
    {
      name: 'a slice outside',
      inputs: { input: matrix, condition: bool([false, false, true]) },
      attrs: { axis: 0 },
      code: 'SLP-O4',
      message: 'condition must be false from 2 on',
    },
    {
      name: 'a matrix of conditions',
      inputs: { input: matrix, condition: bool([[true]]) },
      code: 'SLP-O2',
      message: 'condition must have rank 1',
    },
  ],
})

opTest(oneHot, {
  cases: [
    {
      name: 'inner axis',
      inputs: { indices: i64([1, 0]), depth: i64(2), values: f32([0, 1]) },
      outputs: {
        output: f32([
          [0, 1],
          [1, 0],
        ]),
      },
    },
    {
      name: 'outer axis, indices from the end and outside',
      inputs: { indices: i64([-1, 3, -4]), depth: i64([3]), values: f32([5, 2]) },
      attrs: { axis: 0 },
      outputs: {
        output: f32([
          [5, 5, 5],
          [5, 5, 5],
          [2, 5, 5],
        ]),
      },
    },
    {
      name: 'fractions are cut',
      inputs: { indices: f32(1.9), depth: f32(2.9), values: i64([0, 1]) },
      outputs: { output: i64([0, 1]) },
    },
  ],
  symbolic: [
    {
      name: 'a known depth',
      inputs: { indices: 'int64[N]', depth: i64(4), values: 'float32[2]' },
      attrs: { axis: 0 },
      outputs: ['float32[4,N]'],
    },
    {
      name: 'an unknown depth',
      inputs: { indices: 'int64[N]', depth: 'int64[]', values: 'float32[2]' },
      outputs: ['float32[N,node.depth]'],
    },
  ],
  invalid: [
    {
      name: 'three values',
      inputs: { indices: i64([1]), depth: i64(2), values: f32([0, 1, 2]) },
      code: 'SLP-O2',
      message: 'values must have rank 1 and 2 elements',
    },
    {
      name: 'a negative depth',
      inputs: { indices: i64([1]), depth: i64(-1), values: f32([0, 1]) },
      code: 'SLP-O2',
      message: 'depth must not be negative',
    },
  ],
})

opTest(unique, {
  cases: [
    {
      name: 'ascending',
      inputs: { X: f32([1, 0, 1]) },
      outputs: { Y: f32([0, 1]), indices: i64([1, 0]), inverse_indices: i64([1, 0, 1]), counts: i64([1, 2]) },
    },
    {
      name: 'in order of occurrence',
      inputs: { X: str(['b', 'a', 'b']) },
      attrs: { sorted: 0 },
      outputs: {
        Y: str(['b', 'a']),
        indices: i64([0, 1]),
        inverse_indices: i64([0, 1, 0]),
        counts: i64([2, 1]),
      },
    },
    {
      name: 'columns',
      inputs: {
        X: f32([
          [2, 1, 2],
          [2, 3, 2],
        ]),
      },
      attrs: { axis: -1 },
      outputs: {
        Y: f32([
          [1, 2],
          [3, 2],
        ]),
        indices: i64([1, 0]),
        inverse_indices: i64([1, 0, 1]),
        counts: i64([1, 2]),
      },
    },
    {
      name: 'NaN once, at the end',
      inputs: { X: f32([Number.NaN, 3, Number.NaN]) },
      outputs: {
        Y: f32([3, Number.NaN]),
        indices: i64([1, 0]),
        inverse_indices: i64([1, 0, 1]),
        counts: i64([1, 2]),
      },
    },
    {
      name: 'strings by code points',
      inputs: { X: str(['\u{1f600}', '\uff5e', 'ab', 'a']) },
      outputs: { Y: str(['a', 'ab', '\uff5e', '\u{1f600}']) },
    },
    { name: 'nothing', inputs: { X: flat('float32', [0, 2], []) }, outputs: { Y: flat('float32', [0], []) } },
  ],
  symbolic: [
    {
      name: 'elements',
      inputs: { X: 'int8[N,3]' },
      outputs: ['int8[node.count]', 'int64[node.count]', 'int64[3*N]', 'int64[node.count]'],
    },
    {
      name: 'slices',
      inputs: { X: 'int8[N,3]' },
      attrs: { axis: 0 },
      outputs: ['int8[node.count,3]', 'int64[node.count]', 'int64[N]'],
    },
    { name: 'slices of an unknown rank', inputs: { X: 'int8[*]' }, attrs: { axis: 0 }, outputs: ['int8[*]'] },
  ],
})
