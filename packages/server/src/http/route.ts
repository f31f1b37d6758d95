/** A route as a value: what it answers to, who may call it, what it does, and its errors. Knows no web framework. */
import type { ErrorCode } from '@slipway/core'
import type { Caller } from '../contract/caller.ts'
import type { Access } from '../contract/policy.ts'
import type { ApiGroup } from '../contract/principal.ts'
import type { Services } from '../contract/services.ts'

export interface Call {
  /** Parts of the path, decoded once. */
  readonly params: Readonly<Record<string, string | undefined>>
  /** The first value of each name after the question mark. */
  readonly query: Readonly<Record<string, string | undefined>>
  readonly caller: Caller
  readonly services: Services
  /** The whole body, decompressed. Throws SLP-R4, SLP-R5 over the limit, SLP-R6 for an unknown encoding. */
  body(): Uint8Array | Promise<Uint8Array>
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
  /** What a caller must be allowed; undefined: nothing, as for the files of a page. */
  readonly permission: { readonly group: ApiGroup; readonly access: Access } | undefined
  /** An example of the body, for the documentation. */
  readonly example?: unknown
  /** Codes that the handler may throw, apart from those of authentication. */
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

/** An answer without a body. */
export const emptyReply: Reply = { status: 200, headers: {}, body: new Uint8Array() }
