import { describe, expect, it } from 'vitest'
import { tensorType, typeText, type Value, type ValueType } from '../base/value.ts'
import { type GraphBuilder, graphBuilder } from '../ir/builder.ts'
import { f32, i32, i64 } from '../testing/literals.ts'
import { opTest, parseTensorType } from '../testing/op-test.ts'
import { inferGraph } from './infer-graph.ts'
import { sequenceAt } from './sequence-at.ts'
import { sequenceConstruct } from './sequence-construct.ts'
import { sequenceEmpty } from './sequence-empty.ts'
import { sequenceErase } from './sequence-erase.ts'
import { sequenceInsert } from './sequence-insert.ts'
import { sequenceLength } from './sequence-length.ts'

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
