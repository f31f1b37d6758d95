import { f32, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { gatherElements } from './gather-elements.ts'
import { gatherNd } from './gather-nd.ts'

const data = f32([
  [0, 1],
  [1, 0],
])

opTest(gatherElements, {
  cases: [
    {
      name: 'along columns',
      inputs: { data, indices: i64([[1, -1]]) },
      attrs: { axis: 1 },
      outputs: { output: f32([[1, 1]]) },
    },
    {
      name: 'along rows',
      inputs: {
        data: str([
          ['a', 'b'],
          ['c', 'd'],
        ]),
        indices: i64([
          [1, 0],
          [0, 0],
          [1, 1],
        ]),
      },
      outputs: {
        output: str([
          ['c', 'b'],
          ['a', 'b'],
          ['c', 'd'],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'shape of indices',
      inputs: { data: 'int8[N,3]', indices: 'int64[K,2]' },
      outputs: ['int8[K,2]'],
    },
    {
      name: 'rank of data',
      inputs: { data: 'int8[N,3]', indices: 'int64[*]' },
      outputs: ['int8[node.size,node.size1]'],
    },
  ],
  invalid: [
    {
      name: 'an index outside',
      inputs: { data, indices: i64([[2, 0]]) },
      code: 'SLP-O4',
      message: 'indices must lie in [-2, 1], got 2',
    },
    {
      name: 'another rank',
      inputs: { data, indices: i64([0]) },
      code: 'SLP-O2',
      message: 'must have the same rank',
    },
    {
      name: 'a longer row',
      inputs: { data, indices: i64([[0, 0, 0]]) },
      code: 'SLP-O2',
      message: 'indices must not be larger than data',
    },
  ],
})

opTest(gatherNd, {
  cases: [
    {
      name: 'elements',
      inputs: {
        data,
        indices: i64([
          [0, -1],
          [1, 1],
        ]),
      },
      outputs: { output: f32([1, 0]) },
    },
    {
      name: 'rows',
      inputs: { data, indices: i64([[[1]], [[0]]]) },
      outputs: { output: f32([[[1, 0]], [[0, 1]]]) },
    },
    {
      name: 'batches',
      inputs: {
        data: f32([
          [
            [1, 2],
            [3, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        ]),
        indices: i64([[1], [0]]),
      },
      attrs: { batch_dims: 1 },
      outputs: {
        output: f32([
          [3, 4],
          [5, 6],
        ]),
      },
    },
  ],
  symbolic: [
    { name: 'slices', inputs: { data: 'int8[N,3,H]', indices: 'int64[K,2]' }, outputs: ['int8[K,H]'] },
    {
      name: 'an unknown tuple',
      inputs: { data: 'int8[N,3,H]', indices: 'int64[K,L]' },
      outputs: ['int8[*]'],
    },
  ],
  invalid: [
    {
      name: 'an index outside',
      inputs: { data, indices: i64([[0, 2]]) },
      code: 'SLP-O4',
      message: 'indices must lie in [-2, 1], got 2',
    },
    {
      name: 'a tuple that is too long',
      inputs: { data, indices: i64([[0, 0, 0]]) },
      code: 'SLP-O2',
      message: 'a size in [1, 2], got 3',
    },
    {
      name: 'batches that differ',
      inputs: { data, indices: i64([[0]]) },
      attrs: { batch_dims: 1 },
      code: 'SLP-O2',
      message: 'size 2 on the batch axis 0, got 1',
    },
  ],
})
