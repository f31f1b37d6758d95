/** Inputs and outputs of a model in the protocol's terms. */
import type { ValueType } from '@slipway/core'
import { type Datatype, tryDatatypeOf } from './datatype.ts'

export interface ServedTensor {
  readonly name: string
  readonly datatype: Datatype
  /** -1 is a size that requests choose. An unknown rank is shown as [-1]. */
  readonly shape: readonly number[]
  /** False: the rank is unknown. */
  readonly ranked: boolean
  /** True: requests may leave it out. */
  readonly optional: boolean
}

/** Undefined for what the protocol cannot carry: sequences, maps, and types without a name in it. */
export function tryServe(name: string, type: ValueType | undefined): ServedTensor | undefined {
  if (type?.kind !== 'tensor') return undefined
  const datatype = tryDatatypeOf(type.dtype)
  if (!datatype) return undefined
  const shape = type.shape?.map((dim) => (typeof dim === 'number' ? dim : -1))
  return { name, datatype, shape: shape ?? [-1], ranked: shape !== undefined, optional: false }
}

export function servedTensors(
  specs: readonly { readonly name: string; readonly type: ValueType | undefined }[],
): ServedTensor[] {
  return specs.flatMap(({ name, type }) => tryServe(name, type) ?? [])
}
