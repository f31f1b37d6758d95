import { defineOp } from '../define.ts'
import { emitWhole } from '../lower/move.ts'
import { wholeOffsets } from '../lower/parts.ts'
import { any, maybeAny } from '../param.ts'
import { identityValues } from '../types.ts'

/**
 * Its input, no earlier than the token is there, and as a value of its own: what is computed from it is computed
 * again even where the same is computed from the input itself. It costs nothing: the output lies where the input does.
 */
export const barrier = defineOp({
  name: 'Barrier',
  domain: 'ai.slipway',
  since: [1],
  types: { V: identityValues, T: identityValues },
  inputs: { input: any('V'), token: maybeAny('T') },
  outputs: { output: any('V') },
  attrs: {},
  traits: ['barrier'],
  // What is known of the elements stays behind: who computes from them would be computed while planning.
  infer: ({ input: { type } }) => ({ output: { type } }),
  reference: ({ input }) => ({ output: input }),
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: wholeOffsets,
    emit: ({ input }, { output }, _attrs, context) => emitWhole(input, output, context),
  },
})
