import { tensorType, type Value, type ValueType } from '../base/value.ts'
import { f32, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { concatFromSequence } from './concat-from-sequence.ts'
import { splitToSequence } from './split-to-sequence.ts'

const seq = (element: ValueType, ...items: Value[]): Value => ({ kind: 'sequence', element, items })
const floats = tensorType('float32')
const three = seq(floats, f32([1]), f32([2, 3]), f32([4]))
const empty = seq(floats)

opTest(splitToSequence, {
  everyDType: false, // the output of the first case has one element type
  cases: [
    {
      name: 'single slices',
      inputs: {
        input: f32([
          [1, 2],
          [3, 4],
        ]),
      },
      attrs: { axis: 1 },
      outputs: { output_sequence: seq(floats, f32([[1], [3]]), f32([[2], [4]])) },
    },
    {
      name: 'without their axis',
      inputs: { input: str([['a'], ['b']]) },
      attrs: { keepdims: 0 },
      outputs: { output_sequence: seq(tensorType('string'), str(['a']), str(['b'])) },
    },
    {
      name: 'of one size',
      inputs: { input: f32([1, 2, 3]), split: i64(2) },
      attrs: { keepdims: 0 },
      outputs: { output_sequence: seq(floats, f32([1, 2]), f32([3])) },
    },
    {
      name: 'of listed sizes',
      inputs: { input: f32([1, 2, 3]), split: i64([1, 2]) },
      outputs: { output_sequence: seq(floats, f32([1]), f32([2, 3])) },
    },
  ],
  invalid: [
    {
      name: 'another sum',
      inputs: { input: f32([1, 2, 3]), split: i64([1, 1]) },
      code: 'SLP-O4',
      message: 'sizes of split must add up to 3',
    },
    {
      name: 'parts of size 0',
      inputs: { input: f32([1, 2, 3]), split: i64(0) },
      code: 'SLP-O4',
      message: 'must be above 0',
    },
    {
      name: 'a negative size',
      inputs: { input: f32([1]), split: i64([2, -1]) },
      code: 'SLP-O4',
      message: 'must not be negative',
    },
  ],
})

const pair = seq(floats, f32([[1], [2]]), f32([[3], [4]]))

opTest(concatFromSequence, {
  cases: [
    {
      name: 'along an axis',
      inputs: { input_sequence: pair },
      attrs: { axis: -1 },
      outputs: {
        concat_result: f32([
          [1, 3],
          [2, 4],
        ]),
      },
    },
    {
      name: 'along a new axis',
      inputs: { input_sequence: pair },
      attrs: { axis: -1, new_axis: 1 },
      outputs: { concat_result: f32([[[1, 3]], [[2, 4]]]) },
    },
  ],
  invalid: [
    {
      name: 'nothing',
      inputs: { input_sequence: empty },
      attrs: { axis: 0 },
      code: 'SLP-O4',
      message: 'there must be an item, got "an empty sequence"',
    },
    {
      name: 'other sizes',
      inputs: { input_sequence: three },
      attrs: { axis: 0, new_axis: 1 },
      code: 'SLP-O4',
      message: 'all tensors must have the shape [1,1] outside axis 0',
    },
  ],
})
