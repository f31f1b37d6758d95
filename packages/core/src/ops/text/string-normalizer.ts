import type { Dim } from '../../base/dim.ts'
import { wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { textsOf } from '../shared/elements.ts'

/**
 * A vector of texts, or a matrix of one row, without the stop words and in lower or upper case. One empty
 * text stands for an empty result.
 */
export const stringNormalizer = defineOp({
  name: 'StringNormalizer',
  since: [10],
  types: {},
  inputs: { X: one('string') },
  outputs: { Y: one('string') },
  attrs: {
    stopwords: attr.strings([]),
    locale: attr.optional.string(),
    is_case_sensitive: attr.int(0),
    case_change_action: attr.oneOf(['NONE', 'LOWER', 'UPPER'], 'NONE'),
  },
  infer: ({ X }, { stopwords, locale }, { freshDim }) => {
    languageOf(locale)
    if (!X.shape) return { Y: tensorFact('string', undefined) }
    const [rank, rows] = [X.shape.length, X.shape[0]]
    if (rank !== 1 && rank !== 2) refuse('X must have the shape [C] or [1, C]', `rank ${rank}`)
    if (rank === 2 && typeof rows === 'number' && rows !== 1) refuse('X must have one row', rows)
    const size = X.shape.at(-1)!
    const isSure = stopwords.length === 0 && typeof size === 'number' && size > 0
    const kept: Dim = isSure ? size : freshDim('kept')
    return { Y: tensorFact('string', rank === 1 ? [kept] : [1, kept]) }
  },
  reference: ({ X }, { stopwords, locale, is_case_sensitive, case_change_action }) => {
    const language = languageOf(locale)
    const fold = (text: string) => (is_case_sensitive !== 0 ? text : text.toLocaleLowerCase(language))
    const dropped = new Set(stopwords.map(fold))
    const kept = textsOf(X).filter((text) => !dropped.has(fold(text)))
    const changed = kept.map((text) => {
      if (case_change_action === 'LOWER') return text.toLocaleLowerCase(language)
      return case_change_action === 'UPPER' ? text.toLocaleUpperCase(language) : text
    })
    const data = changed.length > 0 ? changed : ['']
    return { Y: wide('string', X.shape.length === 1 ? [data.length] : [1, data.length], data) }
  },
  gradient: none('it reads strings'),
  lower: { kind: 'host' },
})

/** A POSIX locale name such as `en_US.UTF-8` as a language tag; the root language for `C` and for none. */
function languageOf(locale: string | undefined): string {
  const tag = (locale ?? '').replace(/[.@].*$/, '').replaceAll('_', '-')
  if (tag === '' || tag === 'C' || tag === 'POSIX') return 'und'
  try {
    return Intl.getCanonicalLocales(tag)[0]!
  } catch {
    return refuse('locale must be the name of a language, such as en_US', locale)
  }
}
