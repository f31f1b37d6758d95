import { float, floats } from '../../ir/builder.ts'
import { f32, f64, flat, i64, of, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { categoryMapper } from './category-mapper.ts'
import { labelEncoder } from './label-encoder.ts'

opTest(labelEncoder, {
  cases: [
    {
      name: 'maps strings to integers',
      inputs: {
        X: str([
          ['Dori', 'Amy'],
          ['Sally', 'Amy'],
        ]),
      },
      attrs: { keys_strings: ['Amy', 'Sally'], values_int64s: [5, 6] },
      outputs: {
        Y: i64([
          [-1, 5],
          [6, 5],
        ]),
      },
    },
    {
      name: 'finds NaN, and the last of equal keys',
      inputs: { X: f32([1, Number.NaN, 3]) },
      attrs: { keys_floats: floats([1, Number.NaN, 1]), values_int64s: [5, 6, 7] },
      outputs: { Y: i64([7, 6, -1]) },
    },
    {
      name: 'has defaults by the type of the values',
      inputs: { X: i64([1, 2]) },
      attrs: { keys_int64s: [1], values_floats: [0.5] },
      outputs: { Y: f32([0.5, 0]) },
    },
    {
      name: 'has a string default',
      inputs: { X: i64([1, 2]) },
      attrs: { keys_int64s: [1], values_strings: ['k'], default_string: 'none' },
      outputs: { Y: str(['k', 'none']) },
    },
    {
      name: 'takes tensors',
      inputs: { X: f64([0.5, 2]) },
      attrs: { keys_tensor: f64([0.5]), values_tensor: of('int16', [7]), default_tensor: of('int16', [9]) },
      outputs: { Y: of('int16', [7, 9]) },
    },
    {
      name: 'keeps 64-bit integers exact',
      inputs: { X: flat('int64', [1], [2n ** 53n + 1n]) },
      attrs: { keys_int64s: [2n ** 53n, 2n ** 53n + 1n], values_int64s: [1n, 2n ** 62n + 1n] },
      outputs: { Y: flat('int64', [1], [2n ** 62n + 1n]) },
    },
  ],
  everyDType: false, // keys have the type of X
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { X: 'string[N,2]' },
      attrs: { keys_strings: ['a'], values_floats: [0.5], default_float: float(1) },
      outputs: ['float32[N,2]'],
    },
  ],
  invalid: [
    {
      name: 'keys of another type',
      inputs: { X: i64([1]) },
      attrs: { keys_strings: ['a'], values_int64s: [1] },
      code: 'SLP-O2',
      message: 'the keys must have the type of X, got "string"',
    },
    {
      name: 'lists of two lengths',
      inputs: { X: str(['a']) },
      attrs: { keys_strings: ['a'], values_int64s: [1, 2] },
      code: 'SLP-O2',
      message: 'as many values as keys (1), got 2',
    },
    {
      name: 'two lists of values',
      inputs: { X: str(['a']) },
      attrs: { keys_strings: ['a'], values_int64s: [1], values_strings: ['b'] },
      code: 'SLP-O2',
      message: 'exactly one list of values must be given, got 2',
    },
    {
      name: 'a default of another type',
      inputs: { X: str(['a']) },
      attrs: { keys_strings: ['a'], values_int64s: [1], default_tensor: f32([1]) },
      code: 'SLP-O2',
      message: 'default_tensor must have the type of the values, int64, got "float32"',
    },
  ],
})

const pairs = { cats_int64s: [1, 2], cats_strings: ['a', 'b'] }

opTest(categoryMapper, {
  cases: [
    {
      name: 'maps strings to integers',
      inputs: { X: str(['b', 'z']) },
      attrs: pairs,
      outputs: { Y: i64([2, -1]) },
    },
    {
      name: 'maps integers to strings',
      inputs: { X: i64([2, 9]) },
      attrs: pairs,
      outputs: { Y: str(['b', '_Unused']) },
    },
    {
      name: 'has defaults',
      inputs: { X: i64([9]) },
      attrs: { ...pairs, default_string: 'none' },
      outputs: { Y: str(['none']) },
    },
  ],
  everyDType: false, // the output has the other type
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'int64[N]' }, attrs: pairs, outputs: ['string[N]'] }],
  invalid: [
    {
      name: 'lists of two lengths',
      inputs: { X: i64([1]) },
      attrs: { ...pairs, cats_int64s: [1] },
      code: 'SLP-O2',
      message: 'cats_strings must be as long as cats_int64s (1), got 2',
    },
  ],
})
