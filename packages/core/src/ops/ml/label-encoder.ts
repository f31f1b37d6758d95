import type { DType } from '../../base/dtype.ts'
import type { Tensor } from '../../base/tensor.ts'
import { type WideData, widen, wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { indexInts } from '../types.ts'

const labelTypes = [...indexInts, 'string', 'float32', 'int16', 'float64'] as const

/**
 * Each element looked up among the keys: the value at the same place, or the default. Of equal keys the last
 * counts, and NaN equals NaN.
 */
export const labelEncoder = defineOp({
  name: 'LabelEncoder',
  domain: 'ai.onnx.ml',
  since: [1, 2, 4],
  types: { T1: labelTypes, T2: labelTypes },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2') },
  attrs: {
    keys_strings: attr.optional.strings(),
    keys_int64s: attr.optional.int64s(),
    keys_floats: attr.optional.floats(),
    keys_tensor: attr.optional.tensor(),
    values_strings: attr.optional.strings(),
    values_int64s: attr.optional.int64s(),
    values_floats: attr.optional.floats(),
    values_tensor: attr.optional.tensor(),
    default_string: attr.string('_Unused'),
    default_int64: attr.int64(-1n),
    default_float: attr.float(0),
    default_tensor: attr.optional.tensor(),
  },
  infer: ({ X }, attrs) => {
    const keys = keysOf(attrs)
    const values = valuesOf(attrs)
    if (keys.dtype !== X.dtype) refuse('the keys must have the type of X', keys.dtype)
    if (keys.list.length !== values.list.length)
      refuse(`there must be as many values as keys (${keys.list.length})`, values.list.length)
    defaultOf(attrs, values.dtype)
    return { Y: tensorFact(values.dtype, X.shape) }
  },
  reference: ({ X }, attrs) => {
    const keys = keysOf(attrs)
    const values = valuesOf(attrs)
    const fallback = defaultOf(attrs, values.dtype)
    // A Map finds NaN, and a later entry replaces an earlier one.
    const table = new Map<Label, Label>()
    for (let i = 0; i < keys.list.length; i++) table.set(keys.list[i]!, values.list[i]!)
    const Y = wideZeros(values.dtype, X.shape)
    for (let i = 0; i < X.data.length; i++) Y.data[i] = table.get(X.data[i]!) ?? fallback
    return { Y }
  },
  gradient: none('it maps keys, not numbers'),
  lower: { kind: 'host' },
})

type Label = string | number | bigint

interface LabelList {
  readonly dtype: DType
  readonly list: readonly Label[] | WideData
}

interface LabelAttrs {
  readonly keys_strings: readonly string[] | undefined
  readonly keys_int64s: readonly bigint[] | undefined
  readonly keys_floats: readonly number[] | undefined
  readonly keys_tensor: Tensor | undefined
  readonly values_strings: readonly string[] | undefined
  readonly values_int64s: readonly bigint[] | undefined
  readonly values_floats: readonly number[] | undefined
  readonly values_tensor: Tensor | undefined
  readonly default_string: string
  readonly default_int64: bigint
  readonly default_float: number
  readonly default_tensor: Tensor | undefined
}

const keysOf = (a: LabelAttrs): LabelList =>
  onlyOne('keys', a.keys_strings, a.keys_int64s, a.keys_floats, a.keys_tensor)

const valuesOf = (a: LabelAttrs): LabelList =>
  onlyOne('values', a.values_strings, a.values_int64s, a.values_floats, a.values_tensor)

function onlyOne(
  what: string,
  strings: readonly string[] | undefined,
  ints: readonly bigint[] | undefined,
  floats: readonly number[] | undefined,
  whole: Tensor | undefined,
): LabelList {
  const given: LabelList[] = [
    ...(strings ? [{ dtype: 'string', list: strings } as const] : []),
    ...(ints ? [{ dtype: 'int64', list: ints } as const] : []),
    ...(floats ? [{ dtype: 'float32', list: floats } as const] : []),
    ...(whole ? [{ dtype: whole.dtype, list: widen(whole).data }] : []),
  ]
  return given.length === 1 ? given[0]! : refuse(`exactly one list of ${what} must be given`, given.length)
}

/** The value of an element that is no key. Its attribute goes by the type of the values. */
function defaultOf(attrs: LabelAttrs, dtype: DType): Label {
  if (attrs.default_tensor) {
    const { dtype: own } = attrs.default_tensor
    if (own !== dtype) refuse(`default_tensor must have the type of the values, ${dtype}`, own)
    return widen(attrs.default_tensor).data[0] ?? refuse('default_tensor must hold one element', 'none')
  }
  if (dtype === 'string') return attrs.default_string
  if (dtype === 'float32' || dtype === 'float64') return attrs.default_float
  return dtype === 'int64' ? attrs.default_int64 : Number(attrs.default_int64)
}
