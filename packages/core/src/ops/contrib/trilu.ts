import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { maybe, one } from '../param.ts'
import { trilu as standard } from '../trilu.ts'
import { numbers } from '../types.ts'
import { inferAs } from './shared/alias.ts'

/** The triangle of each matrix on and above (upper) or on and below the k-th diagonal; zero elsewhere. */
export const trilu = defineOp({
  name: 'Trilu',
  domain: 'com.microsoft',
  since: [1],
  types: { T: [...numbers, 'bool'] },
  inputs: { X: one('T'), k: maybe('int64') },
  outputs: { Y: one('T') },
  attrs: { upper: attr.int(1) },
  infer: ({ X, k }, attrs, context) => ({ Y: inferAs(standard, { input: X, k }, attrs, context) }),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { X, k }, { upper }) => ({ Y: b.node('Trilu', [X, k], { upper }) }),
  },
})
