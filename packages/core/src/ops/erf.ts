import { ifComputable } from '../kernel/computable.ts'
import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { erf as erfOf } from './shared/math/erf.ts'
import { floats } from './types.ts'

/** The error function, element by element. */
export const erf = defineOp({
  name: 'Erf',
  since: [9, 13],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: ({ input }) => ({ output: mapElements(input, { float: erfOf }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ input }) => ifComputable(apply1('erf', input)) },
})
