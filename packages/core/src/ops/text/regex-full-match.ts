import { wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { textsOf } from '../shared/elements.ts'
import { fullMatcher } from './shared/linear-regex.ts'

/** Whether the whole of each text matches the pattern, which has the syntax of RE2. */
export const regexFullMatch = defineOp({
  name: 'RegexFullMatch',
  since: [20],
  types: { T1: ['string'], T2: ['bool'] },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2') },
  attrs: { pattern: attr.string('') },
  infer: ({ X }, { pattern }) => {
    fullMatcher(pattern)
    return { Y: tensorFact('bool', X.shape) }
  },
  reference: ({ X }, { pattern }) => {
    const matches = fullMatcher(pattern)
    return {
      Y: wide(
        'bool',
        X.shape,
        Float64Array.from(textsOf(X), (text) => (matches(text) ? 1 : 0)),
      ),
    }
  },
  gradient: none('it reads strings'),
  lower: { kind: 'host' },
})
