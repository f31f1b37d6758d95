/** What the load generator needs of a server, over either protocol. */
import type { Tensor } from '@slipway/core'
import type { Datatype, EncodedInference, TlsOptions } from '@slipway/server/client'
import type { Send } from './send.ts'

export interface ModelRef {
  readonly name: string
  readonly version: string | undefined
}

export interface ModelInput {
  readonly name: string
  readonly datatype: string
  /** -1 where any size will do. */
  readonly shape: readonly number[]
}

export interface NamedTensor {
  readonly name: string
  readonly datatype: Datatype
  readonly tensor: Tensor
}

/** Requests that are encoded once and sent in turn. */
export interface Load {
  readonly requestBytes: number
  readonly send: Send
}

export interface Target {
  readonly protocol: 'REST' | 'gRPC'
  /** The server answers; false too while nobody listens. */
  live(): Promise<boolean>
  /** Its models can be used. */
  ready(): Promise<boolean>
  /** The names of its models. */
  models(): Promise<readonly string[]>
  inputs(model: ModelRef): Promise<readonly ModelInput[]>
  /** Loads the model anew. */
  reload(model: ModelRef): Promise<void>
  load(model: ModelRef, variants: readonly (readonly NamedTensor[])[]): Load
  close(): Promise<void>
}

/** What puts requests on the wire, over connections of its own. */
export interface Sender {
  /** Sends them in turn. */
  sendEach(requests: readonly EncodedInference[]): Send
  close(): void | Promise<void>
}

export interface TargetOptions {
  readonly url: URL
  readonly protocol: Target['protocol']
  readonly connections: number
  /** Sent with every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsOptions
}
