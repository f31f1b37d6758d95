/** A route as a value: what it answers to, what it does, and which errors it may give. Knows no web framework. */
import type { IncomingHttpHeaders } from 'node:http'
import type { ErrorCode } from '@slipway/core'
import type { Infer } from '../contract/services.ts'
import type { ModelRepository } from '../repository/model-repository.ts'

/** What every route may use. */
export interface Services {
  readonly models: ModelRepository
  readonly infer: Infer
  /** True once the server has been asked to close. */
  readonly stopping: boolean
  readonly about: { readonly name: string; readonly version: string }
}

export interface Call {
  /** Parts of the path, decoded once. */
  readonly params: Readonly<Record<string, string | undefined>>
  readonly headers: IncomingHttpHeaders
  /** Aborted when the client goes away, or when the server cannot wait any longer. */
  readonly signal: AbortSignal
  readonly services: Services
  /** The whole body, decompressed. Throws SLP-R4, SLP-R5 over the limit, SLP-R6 for an unknown encoding. */
  body(): Promise<Uint8Array>
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `:name` stands for one part of the path. All paths mean the same. */
  readonly paths: readonly string[]
  readonly about: string
  /** Codes that the handler may throw, apart from those of any run of a model. */
  readonly errors: readonly ErrorCode[]
  handle(call: Call): Reply | Promise<Reply>
}

/** Checks a route's type. */
export function defineRoute(route: Route): Route {
  return route
}

/** A JSON answer. The content type has no charset, since clients compare it as a whole. */
export function jsonReply(value: unknown, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}
