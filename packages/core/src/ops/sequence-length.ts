import { wide } from '../base/wide.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { notFloat } from './no-gradient.ts'
import { one, sequence } from './param.ts'
import { classicSequences } from './types.ts'

/** The number of items, as a scalar. */
export const sequenceLength = defineOp({
  name: 'SequenceLength',
  since: [11],
  types: { S: classicSequences, I: ['int64'] },
  inputs: { input_sequence: sequence('S') },
  outputs: { length: one('I') },
  attrs: {},
  infer: () => ({ length: tensorFact('int64', []) }),
  reference: ({ input_sequence }) => ({
    length: wide('int64', [], BigInt64Array.of(BigInt(input_sequence.items.length))),
  }),
  gradient: notFloat,
  lower: { kind: 'host' },
})
