import { defineOp } from './define.ts'
import { throughSequences } from './no-gradient.ts'
import { maybe, one, sequence } from './param.ts'
import { refuseValue } from './refuse.ts'
import { commonType, elementTypeOf, makeSequence, sequenceFact } from './shared/sequences.ts'
import { classicSequences, classicTensors, indexInts } from './types.ts'

/**
 * The sequence with a tensor before the item at `position`, or at the end. Negative positions count from the
 * end.
 */
export const sequenceInsert = defineOp({
  name: 'SequenceInsert',
  since: [11],
  types: { T: classicTensors, S: classicSequences, I: indexInts },
  inputs: { input_sequence: sequence('S'), tensor: one('T'), position: maybe('I') },
  outputs: { output_sequence: sequence('S') },
  attrs: {},
  infer: ({ input_sequence, tensor }, _attrs, context) => ({
    output_sequence: sequenceFact(commonType([elementTypeOf(input_sequence), tensor.type], context)),
  }),
  reference: ({ input_sequence, tensor, position }, _attrs, context) => {
    const { items } = input_sequence
    const at = position ? Number(position.data[0]) : items.length
    if (at < -items.length || at > items.length) {
      refuseValue(`position must lie in [${-items.length}, ${items.length}]`, at)
    }
    return { output_sequence: makeSequence(items.toSpliced(at, 0, tensor), 0, context) }
  },
  gradient: throughSequences,
  lower: { kind: 'host' },
})
