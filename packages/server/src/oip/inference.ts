/** An inference as every protocol hands it on: nothing here knows REST or gRPC, nor which version will answer. */
import type { Tensor } from '@slipway/core'
import type { Datatype } from './datatype.ts'
import type { Parameters } from './parameters.ts'

export interface InferenceInput {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly parameters: Parameters
  /** A tensor with memory of its own, made anew for each execution. Throws SLP-R4 for data that does not fit. */
  readonly tensor: () => Tensor
}

export interface RequestedOutput {
  readonly name: string
  /** `classification` is honoured by the pipeline; how an output travels is the protocol's own business. */
  readonly parameters: Parameters
}

export interface InferenceRequest {
  readonly model: string
  /** Given by the client; absent: the router chooses. */
  readonly version: string | undefined
  readonly id: string | undefined
  readonly parameters: Parameters
  /** A raw body stands for the only input of whatever model it meets. */
  readonly inputs: readonly InferenceInput[] | Uint8Array
  /** Empty: all outputs. */
  readonly outputs: readonly RequestedOutput[]
}

export interface InferenceOutput {
  readonly name: string
  readonly datatype: Datatype
  readonly tensor: Tensor
  readonly parameters: Parameters
}

export interface InferenceResult {
  readonly model: string
  readonly version: string
  readonly id: string | undefined
  readonly parameters: Parameters
  /** In the order in which they were asked for. */
  readonly outputs: readonly InferenceOutput[]
}
