import { ifComputable } from '../kernel/computable.ts'
import { apply2, constant, like } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { testElements } from './shared/elementwise.ts'
import { float8s, floats } from './types.ts'

/** True where X is infinite, of the signs that detect_negative and detect_positive ask for. */
export const isInf = defineOp({
  name: 'IsInf',
  since: [10, 20],
  types: { T1: [...floats, ...float8s], T2: ['bool'] },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2') },
  attrs: { detect_negative: attr.int(1), detect_positive: attr.int(1) },
  infer: ({ X }) => ({ Y: tensorFact('bool', X.shape) }),
  reference: ({ X }, { detect_negative, detect_positive }) => ({
    Y: testElements(
      X,
      (x) =>
        (detect_positive !== 0 && x === Number.POSITIVE_INFINITY) ||
        (detect_negative !== 0 && x === Number.NEGATIVE_INFINITY),
    ),
  }),
  gradient: notFloat,
  lower: {
    kind: 'elementwise',
    formula: ({ X }, { detect_negative, detect_positive }) => {
      const is = (value: number) => apply2('eq', X, like(value, X))
      const wanted = [
        ...(detect_positive !== 0 ? [is(Number.POSITIVE_INFINITY)] : []),
        ...(detect_negative !== 0 ? [is(Number.NEGATIVE_INFINITY)] : []),
      ]
      return ifComputable(wanted.reduce((a, b) => apply2('or', a, b), constant(0, 'bool')))
    },
  },
})
