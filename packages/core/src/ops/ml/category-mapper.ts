import { wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'

/**
 * Strings to integers, or integers to strings, by two lists of equal length; what is not listed becomes the
 * default.
 */
export const categoryMapper = defineOp({
  name: 'CategoryMapper',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T1: ['string', 'int64'], T2: ['string', 'int64'] },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2') },
  attrs: {
    default_int64: attr.int64(-1n),
    default_string: attr.string('_Unused'),
    cats_int64s: attr.required.int64s(),
    cats_strings: attr.required.strings(),
  },
  infer: ({ X }, { cats_int64s, cats_strings }) => {
    if (cats_int64s.length !== cats_strings.length)
      refuse(`cats_strings must be as long as cats_int64s (${cats_int64s.length})`, cats_strings.length)
    return { Y: tensorFact(X.dtype === 'string' ? 'int64' : 'string', X.shape) }
  },
  reference: ({ X }, { cats_int64s, cats_strings, default_int64, default_string }) => {
    const isToInt = X.dtype === 'string'
    const Y = wideZeros(isToInt ? 'int64' : 'string', X.shape)
    const table = new Map<unknown, string | bigint>(
      cats_strings.map((text, i) => (isToInt ? [text, cats_int64s[i]!] : [cats_int64s[i]!, text])),
    )
    const fallback = isToInt ? default_int64 : default_string
    for (let i = 0; i < X.data.length; i++) Y.data[i] = table.get(X.data[i]!) ?? fallback
    return { Y }
  },
  gradient: none('it maps keys, not numbers'),
  lower: { kind: 'host' },
})
