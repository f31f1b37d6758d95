import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { constantOfShape } from './constant-of-shape.ts'

opTest(constantOfShape, {
  everyDType: false, // the output type comes from an attribute
  cases: [
    { name: 'zeros', inputs: { input: i64([1, 2]) }, outputs: { output: f32([[0, 0]]) } },
    {
      name: 'a value',
      inputs: { input: i64([2]) },
      attrs: { value: i64([7]) },
      outputs: { output: i64([7, 7]) },
    },
    { name: 'a scalar', inputs: { input: flat('int64', [0], []) }, outputs: { output: f32(0) } },
    { name: 'an empty axis', inputs: { input: i64([0]) }, outputs: { output: flat('float32', [0], []) } },
  ],
  symbolic: [
    {
      name: 'rank from the length',
      inputs: { input: 'int64[2]' },
      outputs: ['float32[node.size,node.size1]'],
    },
    { name: 'known sizes', inputs: { input: i64([2, 3]) }, outputs: ['float32[2,3]'] },
    { name: 'unknown rank', inputs: { input: 'int64[N]' }, outputs: ['float32[*]'] },
  ],
  invalid: [
    {
      name: 'a negative size',
      inputs: { input: i64([-1]) },
      code: 'SLP-O2',
      message: 'sizes must not be negative',
    },
    {
      name: 'two values',
      inputs: { input: i64([1]) },
      attrs: { value: f32([1, 2]) },
      code: 'SLP-O2',
      message: 'value must have one element',
    },
    {
      name: 'too many elements',
      inputs: { input: i64([1e6, 1e6]) },
      code: 'SLP-L4',
      message: 'Cannot make tensor',
    },
  ],
})
