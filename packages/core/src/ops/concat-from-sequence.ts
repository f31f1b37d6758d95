import { normalizeAxis } from '../base/shape.ts'
import { typeText } from '../base/value.ts'
import type { WideTensor, WideValue } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { throughSequences } from './no-gradient.ts'
import { one, sequence } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { joinTensors, stackTensors } from './shared/join.ts'
import { elementTypeOf } from './shared/sequences.ts'
import { classicSequences, classicTensors } from './types.ts'

/** The items one after the other along an axis, or along a new one if new_axis is set. */
export const concatFromSequence = defineOp({
  name: 'ConcatFromSequence',
  since: [11],
  types: { S: classicSequences, T: classicTensors },
  inputs: { input_sequence: sequence('S') },
  outputs: { concat_result: one('T') },
  attrs: { axis: attr.required.int(), new_axis: attr.int(0) },
  infer: ({ input_sequence }, { axis, new_axis }, { freshDim }) => {
    const element = elementTypeOf(input_sequence)
    if (element.kind !== 'tensor') return refuse('items must be tensors', typeText(element))
    const { dtype, shape } = element
    if (!shape) return { concat_result: tensorFact(dtype, undefined) }
    const size = freshDim('concat')
    // Off the axis all items have one size, so that its name stays.
    const sizes = new_axis
      ? shape.toSpliced(normalizeAxis(axis, shape.length + 1), 0, size)
      : shape.with(normalizeAxis(axis, shape.length), size)
    return { concat_result: tensorFact(dtype, sizes) }
  },
  reference: ({ input_sequence }, { axis, new_axis }) => {
    const items = input_sequence.items.map(asTensor)
    const rank = items[0]?.shape.length ?? refuseValue('there must be an item', 'an empty sequence')
    return {
      concat_result: new_axis
        ? stackTensors(items, normalizeAxis(axis, rank + 1))
        : joinTensors(items, normalizeAxis(axis, rank)),
    }
  },
  gradient: throughSequences,
  lower: { kind: 'host' },
})

function asTensor(value: WideValue): WideTensor {
  return value.kind === 'tensor' ? value : refuseValue('items must be tensors', value.kind)
}
