import { defineOp } from './define.ts'
import { throughSequences } from './no-gradient.ts'
import { maybe, sequence } from './param.ts'
import { normalizeIndex } from './shared/indices.ts'
import { elementTypeOf, makeSequence, sequenceFact } from './shared/sequences.ts'
import { classicSequences, indexInts } from './types.ts'

/**
 * The sequence without the item at `position`, or without the last. Negative positions count from the end.
 */
export const sequenceErase = defineOp({
  name: 'SequenceErase',
  since: [11],
  types: { S: classicSequences, I: indexInts },
  inputs: { input_sequence: sequence('S'), position: maybe('I') },
  outputs: { output_sequence: sequence('S') },
  attrs: {},
  infer: ({ input_sequence }) => ({ output_sequence: sequenceFact(elementTypeOf(input_sequence)) }),
  reference: ({ input_sequence: { items }, position }, _attrs, context) => {
    const at = normalizeIndex(position ? Number(position.data[0]) : -1, items.length)
    return { output_sequence: makeSequence(items.toSpliced(at, 1), 0, context) }
  },
  gradient: throughSequences,
  lower: { kind: 'host' },
})
