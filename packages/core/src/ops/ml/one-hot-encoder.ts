import { wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { indexInts } from '../types.ts'

/**
 * A new last axis with 1 at the category of each element and 0 elsewhere. Numbers are cut to integers. An
 * unknown category gives zeros only, or is refused where zeros is 0.
 */
export const oneHotEncoder = defineOp({
  name: 'OneHotEncoder',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T: [...indexInts, 'string', 'float32', 'float64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('float32') },
  attrs: { zeros: attr.int(1), cats_strings: attr.strings([]), cats_int64s: attr.int64s([]) },
  infer: ({ X }, { cats_strings, cats_int64s }) => {
    if (cats_strings.length > 0 === cats_int64s.length > 0)
      refuse(
        'either integer or string categories must be given',
        `${cats_int64s.length} integers and ${cats_strings.length} strings`,
      )
    const list = X.dtype === 'string' ? cats_strings : cats_int64s
    if (list.length === 0) refuse('the categories must have the type of X', X.dtype)
    return { Y: tensorFact('float32', X.shape && [...X.shape, list.length]) }
  },
  reference: ({ X }, { zeros, cats_strings, cats_int64s }, { checkElements }) => {
    const list: readonly (string | bigint)[] = X.dtype === 'string' ? cats_strings : cats_int64s
    const positions = new Map<string | bigint | undefined, number>(list.map((category, i) => [category, i]))
    checkElements(X.data.length * list.length)
    const Y = wideZeros('float32', [...X.shape, list.length])
    for (let i = 0; i < X.data.length; i++) {
      const at = positions.get(categoryOf(X.data[i]!))
      if (at !== undefined) Y.data[i * list.length + at] = 1
      else if (zeros === 0) refuseValue('every element must be one of the categories', X.data[i])
    }
    return { Y }
  },
  gradient: none('it maps keys, not numbers'),
  lower: { kind: 'host' },
})

/** NaN and infinities belong to no category. */
function categoryOf(x: string | number | bigint): string | bigint | undefined {
  if (typeof x !== 'number') return x
  return Number.isFinite(x) ? BigInt(Math.trunc(x)) : undefined
}
