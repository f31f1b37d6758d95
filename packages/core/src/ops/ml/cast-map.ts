import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { map, one } from '../param.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { integersOf } from '../shared/elements.ts'

const dtypeOf = { TO_FLOAT: 'float32', TO_STRING: 'string', TO_INT64: 'int64' } as const

/**
 * The values of a map in the order of their keys, cast, as one row. SPARSE puts each value at its key in a
 * row of max_map elements; keys beyond it are left out.
 */
export const castMap = defineOp({
  name: 'CastMap',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T1: ['map(int64,string)', 'map(int64,float32)'], T2: ['string', 'float32', 'int64'] },
  inputs: { X: map('T1') },
  outputs: { Y: one('T2') },
  attrs: {
    max_map: attr.int(1),
    map_form: attr.oneOf(['DENSE', 'SPARSE'], 'DENSE'),
    cast_to: attr.oneOf(['TO_FLOAT', 'TO_STRING', 'TO_INT64'], 'TO_FLOAT'),
  },
  infer: (_inputs, { max_map, map_form, cast_to }, { freshDim }) => {
    if (map_form === 'SPARSE' && max_map < 1) refuse('max_map must be at least 1', max_map)
    return { Y: tensorFact(dtypeOf[cast_to], [1, map_form === 'SPARSE' ? max_map : freshDim('entries')]) }
  },
  reference: ({ X }, { max_map, map_form, cast_to }, { checkElements }) => {
    const keys = integersOf(X.keys)
    const least = keys.reduce((a, b) => Math.min(a, b), 0)
    if (map_form === 'SPARSE' && least < 0) refuseValue('a key must not be negative in SPARSE form', least)
    const order = keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!)
    const width = map_form === 'SPARSE' ? max_map : keys.length
    checkElements(width)
    const Y = wideZeros(dtypeOf[cast_to], [1, width])
    order.forEach((entry, rank) => {
      const place = map_form === 'SPARSE' ? keys[entry]! : rank
      if (place < width) Y.data[place] = castValue(X.values, entry, cast_to)
    })
    return { Y }
  },
  gradient: none('it maps keys, not numbers'),
  lower: { kind: 'host' },
})

function castValue(values: WideTensor, entry: number, to: keyof typeof dtypeOf): string | number | bigint {
  const value = values.data[entry]!
  switch (to) {
    case 'TO_STRING':
      // Six decimals are what onnxruntime writes; the specification is silent.
      return typeof value === 'number' ? value.toFixed(6) : String(value)
    case 'TO_FLOAT':
      return parseNumber(value)
    case 'TO_INT64': {
      const number = Math.trunc(parseNumber(value))
      return Number.isFinite(number)
        ? BigInt(number)
        : refuseValue('a value must be finite to become int64', value)
    }
    default:
      return to satisfies never
  }
}

function parseNumber(value: string | number | bigint): number {
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value)
  if (typeof value === 'string' && Number.isNaN(number) && !/^\s*[-+]?nan\s*$/i.test(value)) {
    refuseValue('a value must be the text of a number', value)
  }
  return number
}
