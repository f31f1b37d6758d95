import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** The arc cosine in radians, element by element; NaN outside [-1, 1]. */
export const acos = defineOp({
  name: 'Acos',
  since: [7, 22],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: ({ input }) => ({ output: mapElements(input, { float: Math.acos }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ input }) => apply1('acos', input) },
})
