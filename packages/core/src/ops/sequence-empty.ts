import { tryDTypeOfCode } from '../base/dtype.ts'
import { tensorType } from '../base/value.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { throughSequences } from './no-gradient.ts'
import { sequence } from './param.ts'
import { refuse } from './refuse.ts'
import { makeSequence, sequenceFact } from './shared/sequences.ts'
import { classicSequences, classicTensors } from './types.ts'

/** A sequence without items; `dtype` is the TensorProto code of the items to come, float32 by default. */
export const sequenceEmpty = defineOp({
  name: 'SequenceEmpty',
  since: [11],
  types: { S: classicSequences },
  inputs: {},
  outputs: { output: sequence('S') },
  attrs: { dtype: attr.int(1) },
  infer: (_inputs, { dtype: code }) => {
    const dtype = tryDTypeOfCode(code)
    const known = classicTensors.find((one) => one === dtype)
    return {
      output: sequenceFact(tensorType(known ?? refuse('dtype must be the code of a classic type', code))),
    }
  },
  reference: (_inputs, _attrs, context) => ({ output: makeSequence([], 0, context) }),
  gradient: throughSequences,
  lower: { kind: 'host' },
})
