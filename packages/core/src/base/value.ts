/** What flows along an edge: tensors, sequences, optionals and maps. `T` is the tensor they are made of. */

import type { Dim } from './dim.ts'
import { dimText } from './dim.ts'
import type { DType } from './dtype.ts'
import type { Tensor } from './tensor.ts'

export interface TensorType {
  readonly kind: 'tensor'
  readonly dtype: DType
  /** Absent: the rank is unknown. `[]` is a scalar. */
  readonly shape?: readonly Dim[] | undefined
}
export interface SparseType {
  readonly kind: 'sparse'
  readonly dtype: DType
  readonly shape?: readonly Dim[] | undefined
}
export interface SequenceType {
  readonly kind: 'sequence'
  readonly element: ValueType
}
export interface OptionalType {
  readonly kind: 'optional'
  readonly element: ValueType
}
export interface MapType {
  readonly kind: 'map'
  readonly key: DType
  readonly value: ValueType
}
export type ValueType = TensorType | SparseType | SequenceType | OptionalType | MapType

export interface SequenceValue<T = Tensor> {
  readonly kind: 'sequence'
  readonly element: ValueType
  readonly items: readonly Value<T>[]
}
export interface OptionalValue<T = Tensor> {
  readonly kind: 'optional'
  readonly element: ValueType
  /** Absent where the optional is empty. */
  readonly value?: Value<T> | undefined
}
/** A map with scalar values: the i-th key belongs to the i-th element of `values`. */
export interface MapValue<T = Tensor> {
  readonly kind: 'map'
  readonly keys: T
  readonly values: T
}
export type Value<T = Tensor> = T | SequenceValue<T> | OptionalValue<T> | MapValue<T>

/** `float32[N,3]`, `float32[*]` for unknown rank, `seq(…)`, `optional(…)`, `map(int64,…)`, `sparse(…)`. */
export function typeText(type: ValueType): string {
  switch (type.kind) {
    case 'tensor':
      return `${type.dtype}[${type.shape ? type.shape.map(dimText).join(',') : '*'}]`
    case 'sparse':
      return `sparse(${type.dtype}[${type.shape ? type.shape.map(dimText).join(',') : '*'}])`
    case 'sequence':
      return `seq(${typeText(type.element)})`
    case 'optional':
      return `optional(${typeText(type.element)})`
    case 'map':
      return `map(${type.key},${typeText(type.value)})`
    default:
      return type satisfies never
  }
}

/** The type of a tensor; without a shape its rank is unknown. */
export function tensorType(dtype: DType, shape?: readonly Dim[]): TensorType {
  return shape ? { kind: 'tensor', dtype, shape } : { kind: 'tensor', dtype }
}
