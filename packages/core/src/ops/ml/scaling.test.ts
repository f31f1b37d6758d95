// Expected values are those of onnxruntime 1.31 unless a case says otherwise.
import { float, floats } from '../../ir/builder.ts'
import { f32, flat, i32, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { binarizer } from './binarizer.ts'
import { imputer } from './imputer.ts'
import { normalizer } from './normalizer.ts'
import { scaler } from './scaler.ts'

const x = f32([
  [1, 2, 3],
  [4, 5, 6],
])
const gap = f32([
  [1, Number.NaN],
  [Number.NaN, 3],
])

opTest(binarizer, {
  cases: [
    {
      name: 'compares with the threshold',
      inputs: { X: f32([1, 2, 3]) },
      attrs: { threshold: float(2) },
      outputs: { Y: f32([0, 0, 1]) },
    },
    {
      name: 'compares integers with a fraction',
      inputs: { X: i64([2, 3]) },
      attrs: { threshold: 2.5 },
      outputs: { Y: i64([0, 1]) },
    },
    { name: 'gives 0 for NaN (by definition)', inputs: { X: f32([Number.NaN]) }, outputs: { Y: f32([0]) } },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'int32[N]' }, outputs: ['int32[N]'] }],
  random: (g) => ({ inputs: { X: g.tensor('float32', g.shape(), { finite: false }) } }),
})

opTest(scaler, {
  cases: [
    {
      name: 'scales each feature',
      inputs: { X: x },
      attrs: { offset: floats([1, 2, 3]), scale: floats([2, 2, 1]) },
      outputs: {
        Y: f32([
          [0, 0, 0],
          [6, 6, 3],
        ]),
      },
    },
    {
      name: 'scales all features alike',
      inputs: { X: x },
      attrs: { offset: [0.5], scale: floats([2]) },
      outputs: {
        Y: f32([
          [1, 3, 5],
          [7, 9, 11],
        ]),
      },
    },
    {
      name: 'does nothing without attributes (by definition)',
      inputs: { X: i32([1, 2]) },
      outputs: { Y: f32([1, 2]) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'float64[N,3]' }, outputs: ['float32[N,3]'] }],
  random: (g) => ({ inputs: { X: g.tensor('float32', g.shape()) }, attrs: { scale: [0.5], offset: [0.25] } }),
  invalid: [
    {
      name: 'another number of features',
      inputs: { X: x },
      attrs: { scale: [0.5, 1] },
      code: 'SLP-O2',
      message: 'scale must have 1 or 3 elements, got 2',
    },
  ],
})

opTest(normalizer, {
  cases: [
    {
      name: 'divides by the greatest element',
      inputs: {
        X: f32([
          [1, -2],
          [0, 0],
          [-3, -1],
        ]),
      },
      outputs: {
        Y: f32([
          [1, -2],
          [0, 0],
          [3, 1],
        ]),
      },
    },
    {
      name: 'divides by the sum of magnitudes',
      inputs: {
        X: f32([
          [1, -4],
          [0, 0],
          [-3, -1],
        ]),
      },
      attrs: { norm: 'L1' },
      outputs: {
        Y: f32([
          [0.2, -0.8],
          [0, 0],
          [-0.75, -0.25],
        ]),
      },
    },
    {
      name: 'divides by the length',
      inputs: {
        X: f32([
          [3, -4],
          [0, 0],
        ]),
      },
      attrs: { norm: 'L2' },
      outputs: {
        Y: f32([
          [0.6, -0.8],
          [0, 0],
        ]),
      },
    },
    {
      name: 'takes a vector for a row',
      inputs: { X: f32([1, -4]) },
      attrs: { norm: 'L1' },
      outputs: { Y: f32([0.2, -0.8]) },
    },
    {
      name: 'keeps empty rows',
      inputs: { X: flat('float32', [2, 0], []) },
      outputs: { Y: flat('float32', [2, 0], []) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'int64[N,3]' }, outputs: ['float32[N,3]'] }],
  random: (g) => ({
    inputs: { X: g.tensor('float32', [g.int(0, 3), g.int(1, 4)]) },
    attrs: { norm: g.oneOf(['MAX', 'L1', 'L2']) },
  }),
  invalid: [
    {
      name: 'three axes',
      inputs: { X: f32([[[1]]]) },
      code: 'SLP-O2',
      message: '[N, F] or [F], got "rank 3"',
    },
  ],
})

opTest(imputer, {
  cases: [
    {
      name: 'replaces NaN by feature',
      inputs: { X: gap },
      attrs: { replaced_value_float: Number.NaN, imputed_value_floats: floats([7, 8]) },
      outputs: {
        Y: f32([
          [1, 8],
          [7, 3],
        ]),
      },
    },
    {
      name: 'replaces by one value',
      inputs: { X: gap },
      attrs: { replaced_value_float: Number.NaN, imputed_value_floats: floats([7]) },
      outputs: {
        Y: f32([
          [1, 7],
          [7, 3],
        ]),
      },
    },
    {
      name: 'replaces integers',
      inputs: {
        X: i64([
          [1, 0],
          [0, 3],
        ]),
      },
      attrs: { imputed_value_int64s: [7, 8] },
      outputs: {
        Y: i64([
          [1, 8],
          [7, 3],
        ]),
      },
    },
    {
      name: 'replaces narrow integers',
      inputs: { X: i32([1, 0]) },
      attrs: { replaced_value_int64: 1, imputed_value_int64s: [9] },
      outputs: { Y: i32([9, 0]) },
    },
  ],
  everyDType: false, // the attribute goes by the type of X
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { X: 'float32[N,3]' },
      attrs: { imputed_value_floats: [0.5] },
      outputs: ['float32[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'values of the other type',
      inputs: { X: gap },
      attrs: { imputed_value_int64s: [7] },
      code: 'SLP-O2',
      message: 'imputed_value_floats must be given',
    },
    {
      name: 'another number of features',
      inputs: { X: gap },
      attrs: { imputed_value_floats: [0.5, 1, 2] },
      code: 'SLP-O2',
      message: 'one per feature, got 3',
    },
  ],
})
