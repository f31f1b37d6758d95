import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** The hyperbolic cosine, element by element. */
export const cosh = defineOp({
  name: 'Cosh',
  since: [9, 22],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: ({ input }) => ({ output: mapElements(input, { float: Math.cosh }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ input }) => apply1('cosh', input) },
})
