import { wide, wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { textsOf } from '../shared/elements.ts'

/**
 * Each text cut at the delimiter into a new last axis, filled up with empty texts, and the number of pieces.
 * Without a delimiter, or with an empty one, it is cut at runs of white space and trimmed. After maxsplit
 * cuts the rest stays whole.
 */
export const stringSplit = defineOp({
  name: 'StringSplit',
  since: [20],
  types: { T1: ['string'], T2: ['string'], T3: ['int64'] },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2'), Z: one('T3') },
  attrs: { maxsplit: attr.optional.int(), delimiter: attr.optional.string() },
  infer: ({ X }, _attrs, { freshDim }) => ({
    Y: tensorFact('string', X.shape && [...X.shape, freshDim('pieces')]),
    Z: tensorFact('int64', X.shape),
  }),
  reference: ({ X }, { delimiter, maxsplit }, { checkElements }) => {
    const most = maxsplit === undefined || maxsplit < 0 ? Number.POSITIVE_INFINITY : maxsplit
    const pieces = textsOf(X).map((text) =>
      delimiter ? splitAt(text, delimiter, most) : splitAtSpace(text, most),
    )
    const width = pieces.reduce((widest, list) => Math.max(widest, list.length), 0)
    checkElements(pieces.length * width)
    const Y = wideZeros('string', [...X.shape, width])
    pieces.forEach((list, i) => {
      list.forEach((piece, j) => {
        Y.data[i * width + j] = piece
      })
    })
    return {
      Y,
      Z: wide(
        'int64',
        X.shape,
        BigInt64Array.from(pieces, (list) => BigInt(list.length)),
      ),
    }
  },
  gradient: none('it reads strings'),
  lower: { kind: 'host' },
})

function splitAt(text: string, delimiter: string, most: number): string[] {
  const all = text.split(delimiter)
  if (all.length <= most + 1) return all
  return [...all.slice(0, most), all.slice(most).join(delimiter)]
}

function splitAtSpace(text: string, most: number): string[] {
  const pieces: string[] = []
  let rest = text.trim()
  while (rest !== '' && pieces.length < most) {
    const end = rest.search(/\s/)
    if (end < 0) break
    pieces.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return rest === '' ? pieces : [...pieces, rest]
}
