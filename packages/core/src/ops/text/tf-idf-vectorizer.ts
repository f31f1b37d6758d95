import { wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { indexInts } from '../types.ts'

/**
 * How often each n-gram of a pool occurs in a row, at the coordinate that ngram_indexes gives it. The tokens
 * of an n-gram may lie apart: evenly, with 0 to max_skip_count tokens between two. IDF counts once, and IDF
 * and TFIDF multiply by the weight of the n-gram.
 */
export const tfIdfVectorizer = defineOp({
  name: 'TfIdfVectorizer',
  since: [9],
  types: { T: [...indexInts, 'string'], T1: ['float32'] },
  inputs: { X: one('T') },
  outputs: { Y: one('T1') },
  attrs: {
    mode: attr.oneOf(['TF', 'IDF', 'TFIDF']),
    ngram_indexes: attr.required.ints(),
    weights: attr.optional.floats(),
    ngram_counts: attr.required.ints(),
    pool_int64s: attr.optional.int64s(),
    pool_strings: attr.optional.strings(),
    max_skip_count: attr.required.int(),
    min_gram_length: attr.required.int(),
    max_gram_length: attr.required.int(),
  },
  infer: ({ X }, attrs) => {
    checkAttrs(attrs)
    if ((X.dtype === 'string') !== (attrs.pool_strings !== undefined))
      refuse('the pool must have the type of X', X.dtype)
    const width = widthOf(attrs.ngram_indexes)
    if (!X.shape) return { Y: tensorFact('float32', undefined) }
    if (X.shape.length === 1) return { Y: tensorFact('float32', [width]) }
    if (X.shape.length === 2) return { Y: tensorFact('float32', [X.shape[0]!, width]) }
    return refuse('X must have the shape [C] or [N, C]', `rank ${X.shape.length}`)
  },
  reference: ({ X }, attrs, { checkElements }) => {
    const { mode, ngram_indexes, weights } = attrs
    const width = widthOf(ngram_indexes)
    const isMatrix = X.shape.length === 2
    const [rows, tokens] = [isMatrix ? X.shape[0]! : 1, X.shape.at(-1)!]
    checkElements(rows * width)
    const Y = wideZeros('float32', isMatrix ? [rows, width] : [width])
    const grams = gramsOf(attrs)
    for (let row = 0; row < rows; row++) {
      const list = Array.from(X.data.slice(row * tokens, (row + 1) * tokens), String)
      for (const [gram, count] of countGrams(list, grams, attrs)) {
        const weight = mode === 'TF' ? 1 : (weights?.[gram] ?? 1)
        Y.data[row * width + ngram_indexes[gram]!] = (mode === 'IDF' ? 1 : count) * weight
      }
    }
    return { Y }
  },
  gradient: none('it reads strings'),
  lower: { kind: 'host' },
})

interface GramAttrs {
  readonly ngram_indexes: readonly number[]
  readonly ngram_counts: readonly number[]
  readonly weights: readonly number[] | undefined
  readonly pool_int64s: readonly bigint[] | undefined
  readonly pool_strings: readonly string[] | undefined
  readonly min_gram_length: number
  readonly max_gram_length: number
  readonly max_skip_count: number
}

function checkAttrs(attrs: GramAttrs): void {
  const { ngram_indexes, ngram_counts, weights, min_gram_length: least, max_gram_length: most } = attrs
  if ((attrs.pool_int64s === undefined) === (attrs.pool_strings === undefined))
    refuse('one of pool_int64s and pool_strings must be given', attrs.pool_strings ? 'both' : 'none')
  if (least < 1 || most < least) refuse('1 <= min_gram_length <= max_gram_length', [least, most])
  if (attrs.max_skip_count < 0) refuse('max_skip_count must not be negative', attrs.max_skip_count)
  if (ngram_counts.length < most)
    refuse(`ngram_counts must have at least ${most} elements`, ngram_counts.length)
  if (weights && weights.length !== ngram_indexes.length)
    refuse(`there must be ${ngram_indexes.length} weights`, weights.length)
  if (ngram_indexes.length === 0 || ngram_indexes.some((index) => index < 0))
    refuse('ngram_indexes must be non-negative and not empty', ngram_indexes)
  const count = gramsOf(attrs).size
  if (count !== ngram_indexes.length)
    refuse(`the pool must hold ${ngram_indexes.length} different n-grams`, count)
}

const widthOf = (indexes: readonly number[]): number =>
  indexes.reduce((most, index) => Math.max(most, index + 1), 0)

/** Text that no other list of tokens has. */
const gramKey = (tokens: readonly string[]): string => JSON.stringify(tokens)

/** The number of each n-gram of the pool. The pool holds all 1-grams, then all 2-grams, and so on. */
function gramsOf({ pool_int64s, pool_strings, ngram_counts }: GramAttrs): ReadonlyMap<string, number> {
  const pool = pool_strings ?? pool_int64s?.map(String) ?? []
  const grams = new Map<string, number>()
  let number = 0
  ngram_counts.forEach((start, i) => {
    const [length, end] = [i + 1, ngram_counts[i + 1] ?? pool.length]
    if (start < 0 || end < start || end > pool.length || (end - start) % length !== 0)
      refuse(`ngram_counts must cut a pool of ${pool.length} into whole n-grams`, ngram_counts)
    for (let at = start; at < end; at += length) grams.set(gramKey(pool.slice(at, at + length)), number++)
  })
  return grams
}

function countGrams(
  tokens: readonly string[],
  grams: ReadonlyMap<string, number>,
  { min_gram_length, max_gram_length, max_skip_count }: GramAttrs,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (let length = min_gram_length; length <= Math.min(max_gram_length, tokens.length); length++) {
    // A single token has no gaps, so that it counts once whatever may be skipped.
    const strides = length === 1 ? 1 : max_skip_count + 1
    for (let stride = 1; stride <= strides && (length - 1) * stride < tokens.length; stride++) {
      for (let start = 0; start + (length - 1) * stride < tokens.length; start++) {
        const gram = grams.get(gramKey(Array.from({ length }, (_, k) => tokens[start + k * stride]!)))
        if (gram !== undefined) counts.set(gram, (counts.get(gram) ?? 0) + 1)
      }
    }
  }
  return counts
}
