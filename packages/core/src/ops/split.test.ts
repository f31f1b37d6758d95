import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { split } from './split.ts'

const input = f32([1, 0, 1, 1, 0])

opTest(split, {
  cases: [
    {
      name: 'stated sizes',
      inputs: { input, split: i64([2, 3]) },
      outputs: { outputs: [f32([1, 0]), f32([1, 1, 0])] },
    },
    {
      name: 'a smaller last part',
      inputs: { input },
      attrs: { num_outputs: 2 },
      outputs: { outputs: [f32([1, 0, 1]), f32([1, 0])] },
    },
    {
      name: 'columns',
      inputs: { input: f32([[1, 2]]) },
      attrs: { axis: -1 },
      outputs: { outputs: [f32([[1]]), f32([[2]])] },
    },
    {
      name: 'empty parts',
      inputs: { input: flat('float32', [0], []), split: i64([0, 0]) },
      outputs: { outputs: [flat('float32', [0], []), flat('float32', [0], [])] },
    },
  ],
  symbolic: [
    { name: 'divides a name', inputs: { input: 'int8[2*N]' }, outputs: ['int8[N]', 'int8[N]'] },
    {
      name: 'leaves a rest',
      inputs: { input: 'int8[N]' },
      outputs: ['int8[floor((N+1)/(2))]', 'int8[N-floor((N+1)/(2))]'],
    },
    {
      name: 'unknown sizes',
      inputs: { input: 'int8[4,K]', split: 'int64[2]' },
      outputs: ['int8[node.size,K]', 'int8[node.size1,K]'],
    },
    { name: 'unknown rank', inputs: { input: 'int8[*]' }, outputs: ['int8[*]', 'int8[*]'] },
  ],
  invalid: [
    {
      name: 'a scalar',
      inputs: { input: i64(4) },
      code: 'SLP-O2',
      message: 'input must have an axis to split',
    },
    {
      name: 'another sum',
      inputs: { input, split: i64([4]) },
      code: 'SLP-O2',
      message: 'sizes of split must add up to 5, got [4]',
    },
    {
      name: 'another count',
      inputs: { input, split: i64([4, 1]) },
      code: 'SLP-O2',
      message: 'one size per output, 1',
    },
    {
      name: 'a negative size',
      inputs: { input, split: i64([-1]) },
      code: 'SLP-O2',
      message: 'must not be negative',
    },
    {
      name: 'num_outputs',
      inputs: { input },
      attrs: { num_outputs: 3 },
      code: 'SLP-O2',
      message: 'num_outputs must be the number of outputs, 1',
    },
  ],
})
