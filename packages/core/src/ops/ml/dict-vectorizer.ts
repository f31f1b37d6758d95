import type { ValueType } from '../../base/value.ts'
import { wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { map, one } from '../param.ts'
import { refuse } from '../refuse.ts'

/**
 * The values of a map at the places of their keys in the vocabulary, as one row; places without a key hold
 * zero or the empty string, and keys outside the vocabulary are left out.
 */
export const dictVectorizer = defineOp({
  name: 'DictVectorizer',
  domain: 'ai.onnx.ml',
  since: [1],
  types: {
    T1: [
      'map(string,int64)',
      'map(int64,string)',
      'map(int64,float32)',
      'map(int64,float64)',
      'map(string,float32)',
      'map(string,float64)',
    ],
    T2: ['int64', 'float32', 'float64', 'string'],
  },
  inputs: { X: map('T1') },
  outputs: { Y: one('T2') },
  attrs: { int64_vocabulary: attr.int64s([]), string_vocabulary: attr.strings([]) },
  infer: ({ X }, { int64_vocabulary, string_vocabulary }) => {
    if (int64_vocabulary.length > 0 === string_vocabulary.length > 0)
      refuse(
        'either an integer or a string vocabulary must be given',
        `${int64_vocabulary.length} integers and ${string_vocabulary.length} strings`,
      )
    const { key, dtype } = mapTypes(X.type)
    const count = (key === 'string' ? string_vocabulary : int64_vocabulary).length
    if (count === 0) refuse('the vocabulary must have the type of the keys', key)
    // The specification says one axis; onnxruntime gives a row, and exported models go on from that.
    return { Y: tensorFact(dtype, [1, count]) }
  },
  reference: ({ X }, { int64_vocabulary, string_vocabulary }) => {
    const words: readonly unknown[] = X.keys.dtype === 'string' ? string_vocabulary : int64_vocabulary
    const places = new Map(words.map((word, i) => [word, i]))
    const Y = wideZeros(X.values.dtype, [1, words.length])
    for (let i = 0; i < X.keys.data.length; i++) {
      const place = places.get(X.keys.data[i])
      if (place !== undefined) Y.data[place] = X.values.data[i]!
    }
    return { Y }
  },
  gradient: none('it maps keys, not numbers'),
  lower: { kind: 'host' },
})

function mapTypes(type: ValueType) {
  if (type.kind !== 'map' || type.value.kind !== 'tensor')
    return refuse('X must be a map of tensors', type.kind)
  return { key: type.key, dtype: type.value.dtype }
}
