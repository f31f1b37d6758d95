import { describe, expect, it } from 'vitest'
import { tensorType, typeText, type Value, type ValueType } from '../base/value.ts'
import { type GraphBuilder, graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { f32, i32, i64, str } from '../testing/literals.ts'
import { opTest, parseTensorType } from '../testing/op-test.ts'
import { concatFromSequence } from './concat-from-sequence.ts'
import { inferGraph } from './infer-graph.ts'
import { sequenceAt } from './sequence-at.ts'
import { sequenceConstruct } from './sequence-construct.ts'
import { sequenceEmpty } from './sequence-empty.ts'
import { sequenceErase } from './sequence-erase.ts'
import { sequenceInsert } from './sequence-insert.ts'
import { sequenceLength } from './sequence-length.ts'
import { sequenceMap } from './sequence-map.ts'
import { splitToSequence } from './split-to-sequence.ts'

const seq = (element: ValueType, ...items: Value[]): Value => ({ kind: 'sequence', element, items })
const floats = tensorType('float32')
const three = seq(floats, f32([1]), f32([2, 3]), f32([4]))
const empty = seq(floats)

opTest(sequenceConstruct, {
  cases: [
    {
      name: 'of any sizes',
      inputs: { inputs: [f32([1]), f32([[0, 1]])] },
      outputs: { output_sequence: seq(floats, f32([1]), f32([[0, 1]])) },
    },
  ],
  invalid: [
    {
      name: 'two element types',
      inputs: { inputs: [f32([1]), i64([1])] },
      code: 'SLP-O2',
      message: 'inputs must have the type float32',
    },
  ],
})

opTest(sequenceEmpty, {
  everyDType: false, // the type comes from an attribute
  cases: [
    { name: 'float32', inputs: {}, outputs: { output: empty } },
    { name: 'strings', inputs: {}, attrs: { dtype: 8 }, outputs: { output: seq(tensorType('string')) } },
  ],
  invalid: [
    {
      name: 'an unknown code',
      inputs: {},
      attrs: { dtype: 99 },
      code: 'SLP-O2',
      message: 'dtype must be the code of a classic type, got 99',
    },
  ],
})

opTest(sequenceInsert, {
  everyDType: false, // the sequence has one element type
  cases: [
    {
      name: 'at the end',
      inputs: { input_sequence: three, tensor: f32(5) },
      outputs: { output_sequence: seq(floats, f32([1]), f32([2, 3]), f32([4]), f32(5)) },
    },
    {
      name: 'from the end',
      inputs: { input_sequence: three, tensor: f32(5), position: i32(-1) },
      outputs: { output_sequence: seq(floats, f32([1]), f32([2, 3]), f32(5), f32([4])) },
    },
    {
      name: 'into nothing',
      inputs: { input_sequence: empty, tensor: f32(5), position: i64(0) },
      outputs: { output_sequence: seq(floats, f32(5)) },
    },
  ],
  invalid: [
    {
      name: 'a position outside',
      inputs: { input_sequence: three, tensor: f32(5), position: i64(4) },
      code: 'SLP-O4',
      message: 'position must lie in [-3, 3], got 4',
    },
    {
      name: 'another element type',
      inputs: { input_sequence: three, tensor: i64(5) },
      code: 'SLP-O2',
      message: 'items must have the type float32[*]',
    },
  ],
})

opTest(sequenceErase, {
  cases: [
    {
      name: 'the last',
      inputs: { input_sequence: three },
      outputs: { output_sequence: seq(floats, f32([1]), f32([2, 3])) },
    },
    {
      name: 'the first',
      inputs: { input_sequence: three, position: i64(-3) },
      outputs: { output_sequence: seq(floats, f32([2, 3]), f32([4])) },
    },
  ],
  invalid: [
    {
      name: 'from nothing',
      inputs: { input_sequence: empty },
      code: 'SLP-O4',
      message: 'indices must lie in [0, -1], got -1',
    },
  ],
})

opTest(sequenceAt, {
  cases: [
    {
      name: 'from the start',
      inputs: { input_sequence: three, position: i64(1) },
      outputs: { tensor: f32([2, 3]) },
    },
    {
      name: 'from the end',
      inputs: { input_sequence: three, position: i64(-1) },
      outputs: { tensor: f32([4]) },
    },
  ],
  invalid: [
    {
      name: 'a position outside',
      inputs: { input_sequence: three, position: i64(3) },
      code: 'SLP-O4',
      message: 'indices must lie in [-3, 2], got 3',
    },
  ],
})

opTest(sequenceLength, {
  cases: [
    { name: 'three', inputs: { input_sequence: three }, outputs: { length: i64(3) } },
    { name: 'none', inputs: { input_sequence: empty }, outputs: { length: i64(0) } },
  ],
})

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

/** A body of two inputs that joins them. */
function joining(): Graph {
  const b = graphBuilder({ prefix: 'body.' })
  const names = ['a', 'b'].map((name) => b.input(name, floats))
  return b.build([b.node('Concat', names, { axis: 0 }), b.node('Shape', ['a'])])
}

opTest(sequenceMap, {
  everyDType: false, // the body has one element type
  cases: [
    {
      name: 'with a tensor for all',
      inputs: { input_sequence: three, additional_inputs: [f32([9])] },
      attrs: { body: joining() },
      outputs: {
        out_sequence: [
          seq(floats, f32([1, 9]), f32([2, 3, 9]), f32([4, 9])),
          seq(tensorType('int64'), i64([1]), i64([2]), i64([1])),
        ],
      },
    },
    {
      name: 'with a sequence at its side',
      inputs: { input_sequence: three, additional_inputs: [three] },
      attrs: { body: joining() },
      outputs: { out_sequence: [seq(floats, f32([1, 1]), f32([2, 3, 2, 3]), f32([4, 4]))] },
    },
    {
      name: 'over nothing',
      inputs: { input_sequence: empty, additional_inputs: [f32([9])] },
      attrs: { body: joining() },
      outputs: { out_sequence: [empty] },
    },
  ],
  invalid: [
    {
      name: 'a body of another size',
      inputs: { input_sequence: three },
      attrs: { body: joining() },
      code: 'SLP-O2',
      message: 'body must have 1 inputs, got 2',
    },
    {
      name: 'a shorter sequence',
      inputs: { input_sequence: three, additional_inputs: [empty] },
      attrs: { body: joining() },
      code: 'SLP-O4',
      message: 'all sequences must have 3 items, got 0',
    },
  ],
})

describe('types of items', () => {
  function typeOf(make: (b: GraphBuilder) => string): string {
    const b = graphBuilder()
    b.input('x', parseTensorType('float32[N,4]'))
    b.input('y', parseTensorType('float32[3,4]'))
    const out = make(b)
    return typeText(inferGraph(b.build([out])).facts.get(out)!.type)
  }
  const both = (b: GraphBuilder) => b.node('SequenceConstruct', ['x', 'y'])

  it('keep the sizes that all items have', () => {
    expect(typeOf(both)).toBe('seq(float32[SequenceConstruct.size,4])')
    expect(typeOf((b) => b.node('SplitToSequence', ['y', b.literal('int64', 1)]))).toBe('seq(float32[1,4])')
    expect(typeOf((b) => b.node('SplitToSequence', ['y', b.literal('int64', 2)]))).toBe(
      'seq(float32[SplitToSequence.size,4])',
    )
    expect(typeOf((b) => b.node('SplitToSequence', ['x'], { keepdims: 0 }))).toBe('seq(float32[4])')
    expect(typeOf((b) => b.node('ConcatFromSequence', [both(b)], { axis: 1 }))).toBe(
      'float32[SequenceConstruct.size,ConcatFromSequence.concat]',
    )
  })

  it('do not make one size of those of two items', () => {
    const type = typeOf((b) => {
      const items = both(b)
      const [first, second] = [0, 1].map((i) => b.node('SequenceAt', [items, b.literal('int64', i)]))
      return b.node('Concat', [b.node('Shape', [first]), b.node('Shape', [second])], { axis: 0 })
    })
    expect(type).toBe('int64[4]')
    expect(typeOf((b) => b.node('SequenceAt', [both(b), b.literal('int64', 0)]))).toBe(
      'float32[SequenceAt.size,4]',
    )
  })
})
