/** The part of ONNX Runtime's JavaScript interface that is used; its packages for Node and for the web share it. */
import type { TensorData } from '@slipway/core'

export type OrtData = TensorData

export interface OrtTensor {
  readonly type: string
  readonly dims: readonly (number | bigint)[]
  readonly data: OrtData
}

export interface OrtSession {
  readonly outputNames: readonly string[]
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches?: readonly string[],
  ): Promise<Readonly<Record<string, OrtTensor>>>
  release(): Promise<void>
}

export interface OrtModule {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<OrtSession> }
  readonly Tensor: new (type: string, data: OrtData, dims: readonly number[]) => OrtTensor
}

/** A tensor on its way between threads; structured clone keeps the typed array. */
export interface Parcel {
  readonly name: string
  readonly type: string
  readonly dims: readonly number[]
  readonly data: OrtData
}

export type Request =
  | { readonly kind: 'open'; readonly id: number; readonly bytes: Uint8Array; readonly options: object }
  | {
      readonly kind: 'run'
      readonly id: number
      readonly session: number
      readonly inputs: readonly Parcel[]
      readonly outputs: readonly string[]
    }
  | { readonly kind: 'close'; readonly id: number }

export type Reply =
  | { readonly id: number; readonly ok: true; readonly outputs: readonly Parcel[] }
  | { readonly id: number; readonly ok: false; readonly thrown: string }
