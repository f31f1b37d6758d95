/** A value during a run: as the caller gave it, in the memory of kernels, or in the form of reference kernels. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import { narrowValue, type WideTensor, type WideValue, widen, widenValue } from '../../base/wide.ts'
import type { Fact } from '../../ops/fact.ts'
import { typeOfValue } from '../../reference/run-node.ts'
import { ownTensor, readTensor } from './tensors.ts'

/** Where a tensor lies in memory. */
export interface TensorPlace {
  readonly address: number
  readonly sizeBytes: number
  readonly dtype: DType
  readonly shape: Shape
}

export type Held =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'wide'; readonly value: WideValue }
  | { readonly kind: 'memory'; readonly at: TensorPlace }
  /** Of the plan: it must not leave it, because who takes an output may take its memory over. */
  | { readonly kind: 'constant'; readonly value: Tensor }

/** The value for a caller: a tensor of its own. */
export function toValue(held: Held, memory: () => Uint8Array): Value {
  switch (held.kind) {
    case 'value':
      return held.value
    case 'constant':
      return ownTensor(held.value)
    case 'wide':
      return narrowValue(held.value)
    case 'memory':
      return readTensor(memory(), held.at.address, held.at.dtype, held.at.shape)
    default:
      return held satisfies never
  }
}

/** The value for a reference kernel. */
export function toWide(held: Held, memory: () => Uint8Array): WideValue {
  return held.kind === 'wide' ? held.value : widenValue(toValue(held, memory))
}

/** The value as a tensor, if it is one. */
export function toTensor(held: Held, memory: () => Uint8Array): Tensor | undefined {
  const value = toValue(held, memory)
  return value.kind === 'tensor' ? value : undefined
}

/** The value of an integer or bool tensor of one element, from the caller; such scalars choose bodies and sizes. */
export function scalarOf(held: Held): WideTensor | undefined {
  if (held.kind !== 'value' || held.value.kind !== 'tensor') return undefined
  const { kind } = dtypeInfo(held.value.dtype)
  const isWhole = kind === 'int' || kind === 'uint' || kind === 'bool'
  return isWhole && elementCount(held.value.shape) === 1 ? widen(held.value) : undefined
}

/** The type of a tensor. */
export function tensorTypeOf(held: Held): { readonly dtype: DType; readonly shape: Shape } | undefined {
  if (held.kind === 'memory') return held.at
  return held.value.kind === 'tensor' ? held.value : undefined
}

/** What is known of the value while planning: its type, not its elements. */
export function factOf(held: Held): Fact {
  if (held.kind === 'memory') return { type: { kind: 'tensor', dtype: held.at.dtype, shape: held.at.shape } }
  const { value } = held
  if (value.kind === 'tensor') return { type: { kind: 'tensor', dtype: value.dtype, shape: value.shape } }
  return { type: typeOfValue(held.kind === 'wide' ? held.value : widenValue(value as Value)) } // of the same kind
}
