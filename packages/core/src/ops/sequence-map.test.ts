import { tensorType, type Value, type ValueType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { f32, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { sequenceMap } from './sequence-map.ts'

const seq = (element: ValueType, ...items: Value[]): Value => ({ kind: 'sequence', element, items })
const floats = tensorType('float32')
const three = seq(floats, f32([1]), f32([2, 3]), f32([4]))
const empty = seq(floats)

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
