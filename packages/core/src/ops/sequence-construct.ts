import { defineOp } from './define.ts'
import { throughSequences } from './no-gradient.ts'
import { many, sequence } from './param.ts'
import { commonType, makeSequence, sequenceFact } from './shared/sequences.ts'
import { classicSequences, classicTensors } from './types.ts'

/** A sequence of the inputs. */
export const sequenceConstruct = defineOp({
  name: 'SequenceConstruct',
  since: [11],
  types: { T: classicTensors, S: classicSequences },
  inputs: { inputs: many('T') },
  outputs: { output_sequence: sequence('S') },
  attrs: {},
  infer: ({ inputs }, _attrs, context) => ({
    output_sequence: sequenceFact(
      commonType(
        inputs.map(({ type }) => type),
        context,
      ),
    ),
  }),
  reference: ({ inputs }, _attrs, context) => ({ output_sequence: makeSequence(inputs, 0, context) }),
  gradient: throughSequences,
  lower: { kind: 'host' },
})
