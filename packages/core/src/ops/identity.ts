import { defineOp } from './define.ts'
import { emitWhole } from './lower/move.ts'
import { wholeOffsets } from './lower/parts.ts'
import { any } from './param.ts'
import { identityValues } from './types.ts'

/** The input, whatever it is. */
export const identity = defineOp({
  name: 'Identity',
  since: [1, 13, 14, 16, 19, 21, 23, 24, 25],
  types: { V: identityValues },
  inputs: { input: any('V') },
  outputs: { output: any('V') },
  attrs: {},
  traits: ['inplace'],
  // All that is known of the input is true of the output.
  infer: ({ input: { type, value, constant } }) => ({ output: { type, value, constant } }),
  reference: ({ input }) => ({ output: input }),
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: wholeOffsets,
    emit: ({ input }, { output }, _attrs, context) => emitWhole(input, output, context),
  },
})
