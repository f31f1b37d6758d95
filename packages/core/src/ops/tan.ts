import { ifComputable } from '../kernel/computable.ts'
import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** The tangent of an angle in radians, element by element. */
export const tan = defineOp({
  name: 'Tan',
  since: [7, 22],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: ({ input }) => ({ output: mapElements(input, { float: Math.tan }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ input }) => ifComputable(apply1('tan', input)) },
})
