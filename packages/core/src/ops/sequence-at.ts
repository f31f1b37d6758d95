import { defineOp } from './define.ts'
import { throughSequences } from './no-gradient.ts'
import { one, sequence } from './param.ts'
import { refuseValue } from './refuse.ts'
import { normalizeIndex } from './shared/indices.ts'
import { elementTypeOf, itemFact } from './shared/sequences.ts'
import { classicSequences, classicTensors, indexInts } from './types.ts'

/** The item at `position`. Negative positions count from the end. */
export const sequenceAt = defineOp({
  name: 'SequenceAt',
  since: [11],
  types: { S: classicSequences, T: classicTensors, I: indexInts },
  inputs: { input_sequence: sequence('S'), position: one('I') },
  outputs: { tensor: one('T') },
  attrs: {},
  infer: ({ input_sequence }, _attrs, { freshDim }) => ({
    tensor: itemFact(elementTypeOf(input_sequence), freshDim),
  }),
  reference: ({ input_sequence: { items }, position }) => {
    const item = items[normalizeIndex(Number(position.data[0]), items.length)]!
    return { tensor: item.kind === 'tensor' ? item : refuseValue('items must be tensors', item.kind) }
  },
  gradient: throughSequences,
  lower: { kind: 'host' },
})
