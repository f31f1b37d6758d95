import { tensor } from '../base/tensor.ts'
import { float, floats } from '../ir/builder.ts'
import { f32, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { constant } from './constant.ts'

const sparse = (shape: readonly number[], indices: readonly number[], width?: number) =>
  ({
    kind: 'sparse',
    value: {
      kind: 'sparse',
      shape,
      values: f32([5, 7]),
      indices: tensor(
        'int64',
        width ? [indices.length / width, width] : [indices.length],
        BigInt64Array.from(indices, BigInt),
      ),
    },
  }) as const

const inputs = {}

opTest(constant, {
  cases: [
    { name: 'value', inputs, attrs: { value: f32([[1, 2]]) }, outputs: { output: f32([[1, 2]]) } },
    {
      name: 'value_int keeps 64 bits',
      inputs,
      attrs: { value_int: 2n ** 62n + 1n },
      outputs: { output: i64(2n ** 62n + 1n) },
    },
    { name: 'value_ints', inputs, attrs: { value_ints: [1, -2] }, outputs: { output: i64([1, -2]) } },
    { name: 'value_float', inputs, attrs: { value_float: float(2) }, outputs: { output: f32(2) } },
    {
      name: 'value_floats',
      inputs,
      attrs: { value_floats: floats([1, 2]) },
      outputs: { output: f32([1, 2]) },
    },
    { name: 'value_string', inputs, attrs: { value_string: 'a' }, outputs: { output: str('a') } },
    {
      name: 'value_strings',
      inputs,
      attrs: { value_strings: ['a', ''] },
      outputs: { output: str(['a', '']) },
    },
    {
      name: 'sparse_value with linear coordinates',
      inputs,
      attrs: { sparse_value: sparse([2, 2], [1, 2]) },
      outputs: {
        output: f32([
          [0, 5],
          [7, 0],
        ]),
      },
    },
    {
      name: 'sparse_value with one coordinate per axis',
      inputs,
      attrs: {
        sparse_value: sparse([2, 2], [0, 0, 1, 1], 2),
      },
      outputs: {
        output: f32([
          [5, 0],
          [0, 7],
        ]),
      },
    },
  ],
  invalid: [
    {
      name: 'no value',
      inputs,
      code: 'SLP-O2',
      message: 'exactly one value attribute must be given, got ""',
    },
    {
      name: 'two values',
      inputs,
      attrs: { value_int: 1, value_string: 'a' },
      code: 'SLP-O2',
      message: 'got "value_int, value_string"',
    },
    {
      name: 'a coordinate outside',
      inputs,
      attrs: { sparse_value: sparse([3], [1, 3]) },
      code: 'SLP-O2',
      message: 'sparse coordinates must lie in the shape [3]',
    },
  ],
})
