/** What the client takes and gives, whatever the transport. */
import type { DType, SlipwayError, Tensor, TensorData } from '@slipway/core'
import type { ModelState, ModelStatus } from '../contract/models.ts'
import type { Datatype } from '../oip/datatype.ts'
import type { Parameter, Parameters } from '../oip/parameters.ts'
import type { ModelStatistics } from '../proto/grpc_service_pb.ts'
import type { ModelConfig } from '../proto/model_config_pb.ts'

export type { ModelConfig, ModelState, ModelStatistics, ModelStatus, Parameters }

/** An array with its shape. The dtype is that of the array unless given: a Uint16Array may also hold float16. */
export interface ArrayInput {
  readonly data: TensorData
  readonly shape: readonly number[]
  readonly dtype?: DType
}

export type Input = Tensor | ArrayInput

export interface InferOptions {
  readonly model: string
  /** Absent: the server's routing chooses. */
  readonly version?: string | undefined
  readonly id?: string
  readonly inputs: Readonly<Record<string, Input>>
  /** All unless given. */
  readonly outputs?: readonly string[]
  /** Such as `priority`, `timeout` in microseconds, or what the rules of a rollout look at. */
  readonly parameters?: Readonly<Record<string, Parameter>>
  /** By output: the so many likeliest classes in place of the tensor, as texts `value:index:label`. */
  readonly classification?: Readonly<Record<string, number>>
}

export interface InferAnswer {
  readonly model: string
  readonly version: string
  readonly id: string | undefined
  readonly parameters: Parameters
  readonly outputs: ReadonlyMap<string, Tensor>
}

/** One answer on a stream; the error of one request leaves the others as they are. */
export type StreamAnswer =
  | { readonly answer: InferAnswer; readonly error?: undefined }
  | { readonly answer?: undefined; readonly id: string | undefined; readonly error: SlipwayError }

export interface CallOptions {
  readonly signal?: AbortSignal
  /** For all tries together; that of the client unless given. */
  readonly deadlineMs?: number
  /** Further headers or metadata. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface ServerMetadata {
  readonly name: string
  readonly version: string
  readonly extensions: readonly string[]
}

export interface TensorMetadata {
  readonly name: string
  readonly datatype: Datatype | (string & {})
  /** -1: any size. */
  readonly shape: readonly number[]
}

export interface ModelMetadata {
  readonly name: string
  readonly versions: readonly string[]
  readonly platform: string
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly TensorMetadata[]
}

export interface LoadOptions {
  /** A model configuration as JSON. */
  readonly config?: string
  /** By `<version>/<name>`. */
  readonly files?: Readonly<Record<string, Uint8Array>>
}

export interface SessionOptions {
  readonly model: string
  readonly version?: string
  readonly device?: string
  readonly leaseMs?: number
}

/** A lease on one version of a model. */
export interface SessionInfo {
  readonly handle: string
  readonly model: string
  readonly version: string
  readonly device: string
  readonly expiresAtMs: number
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly TensorMetadata[]
  /** Weights and memory of WebAssembly. */
  readonly sizeBytes: number
}
