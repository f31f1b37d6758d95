/** One gRPC call, and what became of it. */
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import type { ErrorCode } from '@slipway/core'
import { type Failure, type Outcome, refused, understood, unreachable } from './outcome.ts'
import type { Ask } from './transport.ts'
import type { Place, TlsOptions } from './url.ts'

export interface GrpcCaller {
  call<T>(path: string, request: Uint8Array, ask: Ask, read: (reply: Uint8Array) => T): Promise<Outcome<T>>
  /** Throws what the call ends with. */
  stream(path: string, requests: AsyncIterable<Uint8Array>, ask: Ask): AsyncIterable<Uint8Array>
  close(): void
}

const codes: Readonly<Partial<Record<status, ErrorCode>>> = {
  [status.INVALID_ARGUMENT]: 'SLP-R4',
  [status.DEADLINE_EXCEEDED]: 'SLP-R20',
  [status.NOT_FOUND]: 'SLP-R1',
  [status.PERMISSION_DENIED]: 'SLP-R14',
  [status.RESOURCE_EXHAUSTED]: 'SLP-R5',
  [status.UNIMPLEMENTED]: 'SLP-R9',
  [status.UNAUTHENTICATED]: 'SLP-R13',
  [status.ABORTED]: 'SLP-R18',
}
const windowBytes = 4 * 2 ** 20
const reconnectMs = 100
const same = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export function grpcCaller({ target, isSecure }: Place, tls: TlsOptions): GrpcCaller {
  const [ca, key, cert] = [tls.ca, tls.key, tls.cert].map((pem) =>
    pem === undefined ? null : Buffer.from(pem),
  )
  const trust = isSecure ? credentials.createSsl(ca, key, cert) : credentials.createInsecure()
  const client = new Client(target, trust, {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': reconnectMs,
    'grpc-node.flow_control_window': windowBytes,
  })
  return {
    call: (path, request, ask, read) =>
      new Promise((resolve) => {
        const call = client.makeUnaryRequest(
          path,
          same,
          same,
          request,
          metadataOf(ask),
          deadlineOf(ask),
          (error, reply) => {
            ask.signal.removeEventListener('abort', cancel)
            resolve(error ? failureOf(error) : understood(() => read(reply ?? Buffer.alloc(0))))
          },
        )
        const cancel = () => call.cancel()
        ask.signal.addEventListener('abort', cancel)
        if (ask.signal.aborted) cancel()
      }),
    stream: (path, requests, ask) => openStream(client, path, requests, ask),
    close: () => client.close(),
  }
}

async function* openStream(
  client: Client,
  path: string,
  requests: AsyncIterable<Uint8Array>,
  ask: Ask,
): AsyncIterable<Uint8Array> {
  const call = client.makeBidiStreamRequest(path, same, same, metadataOf(ask), deadlineOf(ask))
  const cancel = () => call.cancel()
  ask.signal.addEventListener('abort', cancel)
  let broken: { readonly reason: unknown } | undefined
  const send = async () => {
    try {
      for await (const request of requests) {
        if (call.destroyed) return
        await written(call, request)
      }
      call.end()
    } catch (reason) {
      broken = { reason }
      cancel()
    }
  }
  void send()
  try {
    for await (const reply of call) yield reply
  } catch (error) {
    if (broken) throw broken.reason
    ask.signal.throwIfAborted()
    throw isServiceError(error) ? failureOf(error).error : error
  } finally {
    ask.signal.removeEventListener('abort', cancel)
    cancel()
  }
}

/** Resolves once it is sent, and where the call is over: the library then forgets the callback. */
function written(call: ClientDuplexStream<Uint8Array, Buffer>, request: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    call.once('close', resolve)
    call.write(request, () => {
      call.off('close', resolve)
      resolve()
    })
  })
}

function metadataOf({ headers }: Ask): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return metadata
}

const deadlineOf = ({ leftMs }: Ask) => (leftMs === undefined ? {} : { deadline: Date.now() + leftMs })

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && 'metadata' in error

function failureOf({ code, details, metadata }: ServiceError): Failure {
  const isCoded = details.startsWith('[SLP-')
  if ((code === status.UNAVAILABLE || code === status.CANCELLED) && !isCoded) {
    // The library's words for a call that never had a connection.
    const isUnsent = /^No connection established|^Name resolution failed/.test(details)
    return unreachable(details, isUnsent ? 'none' : 'unknown')
  }
  const [pushback] = metadata.get('grpc-retry-pushback-ms')
  return refused({
    text: details,
    fallback: codes[code] ?? 'SLP-N2',
    retryAfterMs: pushback === undefined ? undefined : Number(pushback),
  })
}
