import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** e to the power of the input, element by element. */
export const exp = defineOp({
  name: 'Exp',
  since: [1, 6, 13],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: ({ input }) => ({ output: mapElements(input, { float: Math.exp }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ input }) => apply1('exp', input) },
})
