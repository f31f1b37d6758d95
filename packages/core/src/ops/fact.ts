/**
 * What is known of a value before it is computed: its type and, for small integer tensors, its elements as
 * symbolic dimensions, so that Shape → Gather → Concat → Reshape folds.
 */
import type { Dim } from '../base/dim.ts'
import type { DType } from '../base/dtype.ts'
import type { ValueType } from '../base/value.ts'
import { type WideTensor, wideZeros } from '../base/wide.ts'

export interface Fact {
  readonly type: ValueType
  /** Elements in row-major order; only on small integer or bool tensors of known shape. */
  readonly value?: readonly Dim[] | undefined
  /** The tensor itself where it is known; small ones only. */
  readonly constant?: WideTensor | undefined
}

/** A fact about a tensor, with its type's fields at hand. */
export interface TensorFact extends Fact {
  readonly dtype: DType
  /** Absent: the rank is unknown. */
  readonly shape: readonly Dim[] | undefined
}

/** Most elements that are tracked symbolically. */
export const maxTrackedElements = 256

/** The fact that a value is a tensor of this dtype and shape. */
export function tensorFact(
  dtype: DType,
  shape: readonly Dim[] | undefined,
  value?: readonly Dim[],
): TensorFact {
  const tracked = value && value.length <= maxTrackedElements ? value : undefined
  return { type: { kind: 'tensor', dtype, ...(shape && { shape }) }, dtype, shape, value: tracked }
}

/** The elements of a tensor fact as dimensions, from a tracked value or from a constant. */
export function valuesOf(fact: Fact | undefined): readonly Dim[] | undefined {
  if (!fact) return undefined
  if (fact.value) return fact.value
  const data = fact.constant?.data
  if (!data || data.length > maxTrackedElements || Array.isArray(data)) return undefined
  const list = Array.from<number | bigint, number>(data, Number)
  return list.every(Number.isSafeInteger) ? list : undefined
}

/** The elements of a tensor fact where all of them are plain numbers. */
export function numbersOf(fact: Fact | undefined): readonly number[] | undefined {
  const values = valuesOf(fact)
  return values?.every((value) => typeof value === 'number') ? (values as readonly number[]) : undefined // every() checked it
}

/** The only element of a tensor fact where it is a plain number. */
export function scalarOf(fact: Fact | undefined): number | undefined {
  const list = numbersOf(fact)
  return list?.length === 1 ? list[0] : undefined
}

/** The tensor that a fact states, from its constant or from tracked elements that are all plain numbers. */
export function constantOf(fact: Fact): WideTensor | undefined {
  const { type, constant } = fact
  if (constant || type.kind !== 'tensor') return constant
  const list = fact.value && numbersOf(fact)
  const shape = type.shape?.filter((size) => typeof size === 'number')
  if (!list || shape?.length !== type.shape?.length || !shape) return undefined
  const tensor = wideZeros(type.dtype, shape)
  const { data } = tensor
  if (data.length !== list.length || Array.isArray(data)) return undefined
  list.forEach((element, i) => {
    data[i] = data instanceof Float64Array ? element : BigInt(element)
  })
  return tensor
}
