import { describe, expect, it } from 'vitest'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { decomposition } from '../reference/run-node.ts'
import { f32, flat, i32, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { scatter } from './scatter.ts'
import { scatterElements } from './scatter-elements.ts'
import { scatterNd } from './scatter-nd.ts'
import { tensorScatter } from './tensor-scatter.ts'

const data = f32([
  [1, 0, 1],
  [0, 1, 0],
])
const one = { data: f32([2, 3]), indices: i64([1]), updates: f32([4]) }
const reduced = (reduction: string, expected: number) => ({
  name: reduction,
  inputs: one,
  attrs: { reduction },
  outputs: { output: f32([2, expected]) },
})

opTest(scatterElements, {
  cases: [
    {
      name: 'along columns',
      inputs: { data, indices: i64([[2, -2]]), updates: f32([[0, 1]]) },
      attrs: { axis: 1 },
      outputs: {
        output: f32([
          [1, 1, 0],
          [0, 1, 0],
        ]),
      },
    },
    reduced('add', 7),
    reduced('mul', 12),
    {
      name: 'wraps products of narrow integers',
      inputs: { data: i32([-3]), indices: i64([0, 0, 0]), updates: i32([2147483647, 2147483629, 1000003]) },
      attrs: { reduction: 'mul' },
      outputs: { output: i32([-57000171]) },
    },
    reduced('max', 4),
    reduced('min', 3),
    {
      name: 'adds each duplicate',
      inputs: { data: i64([1]), indices: i64([0, 0]), updates: i64([2, 3]) },
      attrs: { reduction: 'add' },
      outputs: { output: i64([6]) },
    },
    {
      name: 'multiplies complex numbers',
      inputs: {
        data: flat('complex64', [1], [1, 2]),
        indices: i64([0]),
        updates: flat('complex64', [1], [3, 4]),
      },
      attrs: { reduction: 'mul' },
      outputs: { output: flat('complex64', [1], [-5, 10]) },
    },
    {
      name: 'strings',
      inputs: { data: str(['a', 'b']), indices: i64([1]), updates: str(['c']) },
      outputs: { output: str(['a', 'c']) },
    },
  ],
  symbolic: [
    {
      name: 'shape of data',
      inputs: { data: 'int8[N,3]', indices: 'int64[K,3]', updates: 'int8[K,3]' },
      outputs: ['int8[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'an index outside',
      inputs: { ...one, indices: i64([2]) },
      code: 'SLP-O4',
      message: 'indices must lie in [-2, 1], got 2',
    },
    {
      name: 'other updates',
      inputs: { ...one, updates: f32([1, 2]) },
      code: 'SLP-O2',
      message: 'updates must have the shape of indices, got [2]',
    },
    {
      name: 'a sum of strings',
      inputs: { data: str(['a']), indices: i64([0]), updates: str(['b']) },
      attrs: { reduction: 'add' },
      code: 'SLP-O2',
      message: 'reduction must be one that string has, got "add"',
    },
    {
      name: 'another reduction',
      inputs: one,
      attrs: { reduction: 'mean' },
      code: 'SLP-O1',
      message: 'one of none, add, mul, max, min',
    },
  ],
})

opTest(scatterNd, {
  cases: [
    {
      name: 'rows',
      inputs: { data, indices: i64([[1]]), updates: f32([[1, 1, 1]]) },
      outputs: {
        output: f32([
          [1, 0, 1],
          [1, 1, 1],
        ]),
      },
    },
    {
      name: 'adds elements',
      inputs: { data: f32([1, 2]), indices: i64([[0], [0]]), updates: f32([3, 4]) },
      attrs: { reduction: 'add' },
      outputs: { output: f32([8, 2]) },
    },
  ],
  symbolic: [
    {
      name: 'shape of data',
      inputs: { data: 'int8[N,3]', indices: 'int64[K,1]', updates: 'int8[K,3]' },
      outputs: ['int8[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'other updates',
      inputs: { data, indices: i64([[1]]), updates: f32([[1, 1]]) },
      code: 'SLP-O2',
      message: 'updates must have the shape [1,3], got [1,2]',
    },
    {
      name: 'an index outside',
      inputs: { data, indices: i64([[2]]), updates: f32([[1, 1, 1]]) },
      code: 'SLP-O4',
      message: 'indices must lie in [-2, 1], got 2',
    },
  ],
})

const cache = f32([
  [[1], [0], [1]],
  [[0], [0], [0]],
])
const update = f32([
  [[1], [1]],
  [[1], [0]],
])

opTest(tensorScatter, {
  cases: [
    {
      name: 'from the start',
      inputs: { past_cache: cache, update },
      outputs: {
        present_cache: f32([
          [[1], [1], [1]],
          [[1], [0], [0]],
        ]),
      },
    },
    {
      name: 'from the write index of each sample',
      inputs: { past_cache: cache, update, write_indices: i64([0, 1]) },
      outputs: {
        present_cache: f32([
          [[1], [1], [1]],
          [[0], [1], [0]],
        ]),
      },
    },
    {
      name: 'around the end',
      inputs: { past_cache: cache, update, write_indices: i64([2, 5]) },
      attrs: { mode: 'circular' },
      outputs: {
        present_cache: f32([
          [[1], [0], [1]],
          [[0], [0], [1]],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'shape of the cache',
      inputs: { past_cache: 'int8[B,S,4]', update: 'int8[B,1,4]', write_indices: 'int64[B]' },
      outputs: ['int8[B,S,4]'],
    },
  ],
  invalid: [
    {
      name: 'writing over the end',
      inputs: { past_cache: cache, update, write_indices: i64([2, 0]) },
      code: 'SLP-O4',
      message: 'writing must stay in [0, 2], got 3',
    },
    {
      name: 'the batch axis',
      inputs: { past_cache: cache, update },
      attrs: { axis: 0 },
      code: 'SLP-O2',
      message: 'axis must not be the batch axis 0',
    },
    {
      name: 'another size',
      inputs: { past_cache: cache, update: f32([[[1, 1]], [[1, 1]]]) },
      code: 'SLP-O2',
      message: 'update must have the shape [2,3,1], or be shorter on axis 1',
    },
    {
      name: 'fewer write indices',
      inputs: { past_cache: cache, update, write_indices: i64([0]) },
      code: 'SLP-O2',
      message: 'write_indices must have 2 elements',
    },
  ],
})

opTest(scatter, {
  everyDType: false, // removed from the operator set, so that it never runs
  cases: [],
  symbolic: [
    {
      name: 'shape of the data',
      inputs: { data: 'int8[N]', indices: 'int64[2]', updates: 'int8[2]' },
      outputs: ['int8[N]'],
    },
  ],
  invalid: [
    { name: 'to run', inputs: one, code: 'SLP-O3', message: 'its operator is not known, got Scatter' },
  ],
})

describe('Scatter', () => {
  it('is ScatterElements under an older name', () => {
    const b = graphBuilder()
    const names = ['data', 'indices', 'updates'].map((name) => b.input(name, tensorType('int8', [2])))
    b.node('Scatter', names, { axis: -1 })
    const type = tensorType('int8', [2])
    const body = decomposition(scatter, b.build([]).nodes[0]!, [{ type }, { type }, { type }])
    expect(body?.nodes.map(({ op, attributes }) => [op, attributes.get('axis')?.value])).toEqual([
      ['ScatterElements', -1n],
    ])
  })
})
