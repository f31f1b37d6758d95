import { wide } from '../base/wide.ts'
import { defineOp } from './define.ts'
import { type Fact, tensorFact } from './fact.ts'
import { notFloat } from './no-gradient.ts'
import { maybeAny, one } from './param.ts'
import { optionalElements, optionalValues } from './types.ts'

/** Whether the input is there: false without input and for an empty optional, true for everything else. */
export const optionalHasElement = defineOp({
  name: 'OptionalHasElement',
  since: [15, 18, 28],
  types: { O: [...optionalElements, ...optionalValues], B: ['bool'] },
  inputs: { input: maybeAny('O') },
  outputs: { output: one('B') },
  attrs: {},
  infer: ({ input }) => ({ output: tensorFact('bool', [], known(input)) }),
  reference: ({ input }) => {
    const there = input?.kind === 'optional' ? input.value : input
    return { output: wide('bool', [], Float64Array.of(there ? 1 : 0)) }
  },
  gradient: notFloat,
  lower: { kind: 'host' },
})

/** Only an optional needs to run to be known. */
function known(input: Fact | undefined): readonly number[] | undefined {
  if (!input) return [0]
  return input.type.kind === 'optional' ? undefined : [1]
}
