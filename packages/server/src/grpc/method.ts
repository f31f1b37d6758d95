/** A method as a value: where it is found, who may call it, and what it does with bytes. Knows no gRPC library. */
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import type { Caller } from '../contract/caller.ts'
import type { Access } from '../contract/policy.ts'
import type { ApiGroup } from '../contract/principal.ts'
import type { Services } from '../contract/services.ts'
import { readMessage } from './read-fields.ts'

export interface Call {
  readonly services: Services
  readonly caller: Caller
}

interface MethodFacts {
  /** Such as `/inference.GRPCInferenceService/ModelInfer`. All paths mean the same. */
  readonly paths: readonly string[]
  readonly group: ApiGroup
  /** What the caller must be allowed to do with the group; `asked` where the request says so itself. */
  readonly access: Access | 'asked'
}

/** One request, one response. */
export interface UnaryMethod extends MethodFacts {
  readonly kind: 'unary'
  answer(bytes: Uint8Array, call: Call): Promise<Uint8Array>
}

export interface Incoming {
  readonly requests: AsyncIterable<Uint8Array>
  /** Resolves once the next response may be sent. */
  send(bytes: Uint8Array): Promise<void>
  /** Aborted once the server wants to close: what is under way may still end. */
  readonly draining: AbortSignal
}

/** Any number of requests and of responses; rejects where the call shall end with an error. */
export interface StreamMethod extends MethodFacts {
  readonly kind: 'stream'
  serve(incoming: Incoming, call: Call): Promise<void>
}

export type Method = UnaryMethod | StreamMethod

/** How the messages of a method are read and written. */
export interface Codec<Request, Response> {
  readonly paths: readonly string[]
  readonly read: (bytes: Uint8Array) => Request
  readonly write: (response: Response) => Uint8Array
}

interface UnarySpec<Request, Response> {
  readonly codec: Codec<Request, Response>
  readonly group: ApiGroup
  readonly access: Access | ((request: Request) => Access)
  /** The model that the request is about. */
  readonly model?: (request: Request) => string | undefined
  handle(request: Request, call: Call): Response | Promise<Response>
}

/** Authorization stands before the handler, so that no method can forget it. */
export function defineMethod<Request, Response>(spec: UnarySpec<Request, Response>): UnaryMethod {
  const { codec, group, access, model } = spec
  return {
    kind: 'unary',
    paths: codec.paths,
    group,
    access: typeof access === 'string' ? access : 'asked',
    async answer(bytes, call) {
      const request = codec.read(bytes)
      const needed = typeof access === 'string' ? access : access(request)
      call.services.policy.authorize(call.caller.principal, group, needed, model?.(request))
      return codec.write(await spec.handle(request, call))
    },
  }
}

/** Path and messages of a method as its description has them; `aliases` are services that have it too. */
export function codecOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethod & { readonly input: I; readonly output: O },
  aliases: readonly string[] = [],
): Codec<MessageShape<I>, MessageInitShape<O>> {
  const { input, output } = method
  return {
    paths: pathsOf(method, aliases),
    read: (bytes) => readMessage(input.typeName, bytes, (given) => fromBinary(input, given)),
    write: (response) => toBinary(output, create(output, response)),
  }
}

export function pathsOf(method: DescMethod, aliases: readonly string[] = []): string[] {
  return [method.parent.typeName, ...aliases].map((service) => `/${service}/${method.name}`)
}
