import { f32, flat, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { gather } from './gather.ts'

const data = f32([
  [0, 1, 1],
  [1, 0, 0],
])

opTest(gather, {
  cases: [
    {
      name: 'rows',
      inputs: { data, indices: i64([[1, 0]]) },
      outputs: { output: flat('float32', [1, 2, 3], [1, 0, 0, 0, 1, 1]) },
    },
    {
      name: 'columns from the end',
      inputs: { data, indices: i64([-1]) },
      attrs: { axis: -1 },
      outputs: { output: f32([[1], [0]]) },
    },
    { name: 'one string', inputs: { data: str(['a', 'b']), indices: i64(1) }, outputs: { output: str('b') } },
    {
      name: 'no index',
      inputs: { data, indices: flat('int64', [0], []) },
      outputs: { output: flat('float32', [0, 3], []) },
    },
  ],
  symbolic: [
    {
      name: 'puts the axes in place',
      inputs: { data: 'int8[N,3,H]', indices: 'int64[K,2]' },
      attrs: { axis: 1 },
      outputs: ['int8[N,K,2,H]'],
    },
    { name: 'unknown rank', inputs: { data: 'int8[*]', indices: 'int64[K]' }, outputs: ['int8[*]'] },
  ],
  invalid: [
    {
      name: 'an index outside',
      inputs: { data, indices: i64([2]) },
      code: 'SLP-O4',
      message: 'indices must lie in [-2, 1], got 2',
    },
    {
      name: 'an axis outside',
      inputs: { data, indices: i64([0]) },
      attrs: { axis: 2 },
      code: 'SLP-O2',
      message: 'it must lie in [-2, 1]',
    },
    {
      name: 'a scalar',
      inputs: { data: f32(1), indices: i64([0]) },
      code: 'SLP-O2',
      message: 'data must have an axis',
    },
  ],
})
