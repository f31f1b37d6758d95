/** Unary gRPC calls over HTTP/2 with messages that are bytes already: nothing is encoded while load runs. */
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2'
import type { TlsOptions } from '@slipway/server/client'
import { type Done, type Failure, failureOf } from './send.ts'

const statusNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

export interface GrpcCall {
  readonly path: string
  /** A message with its prefix, see `frameOf`. */
  readonly frame: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Not compressed (a zero), then the length of the message, then the message. */
export function frameOf(message: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** Starts a call and returns what cancels it. What is in the answer is thrown away. */
export function startCall(
  session: ClientHttp2Session,
  { path, frame, headers }: GrpcCall,
  done: Done,
): () => void {
  let failure: Failure | undefined
  let head: IncomingHttpHeaders = {}
  let ended = false
  const end = (why?: Failure) => {
    if (ended) return
    ended = true
    done(why)
  }
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  })
  stream.on('response', (got) => {
    head = got
  })
  // A call that fails at once has its status in the headers, and no trailers.
  let trailers: IncomingHttpHeaders | undefined
  stream.on('trailers', (got) => {
    trailers = got
  })
  stream.on('error', (error) => {
    // Where the connection has failed, the cause says why.
    failure = failureOf(error.cause ?? error)
  })
  stream.on('end', () => {
    if (trailers) end(outcome(trailers, head))
  })
  stream.on('close', () => end(failure ?? outcome(trailers ?? head, head)))
  stream.resume()
  stream.end(frame)
  return () => stream.close(constants.NGHTTP2_CANCEL)
}

function outcome(status: IncomingHttpHeaders, head: IncomingHttpHeaders): Failure | undefined {
  const code = status['grpc-status']
  if (code === '0') return undefined
  const text = String(status['grpc-message'] ?? `HTTP status ${head[':status'] ?? 'missing'}`)
  return { code: statusNames[Number(code ?? 2)] ?? `status ${code}`, text: decodedMessage(text) }
}

/** Percent-encoded UTF-8. A server that encodes it otherwise is shown as it is: the status counts all the same. */
function decodedMessage(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export interface Connections {
  /** The next connection in turn, opened anew where the server has closed it. */
  next(): ClientHttp2Session
  close(): void
}

/** Large enough that flow control never waits for a round trip within one answer. */
const windowBytes = 16 * 2 ** 20

export function openConnections(origin: string, connections: number, tls: TlsOptions): Connections {
  const sessions: (ClientHttp2Session | undefined)[] = Array.from({ length: connections })
  let turn = 0
  const open = () => {
    const session = connect(origin, {
      ...tls,
      settings: { initialWindowSize: windowBytes, enablePush: false },
    })
    session.on('connect', () => session.setLocalWindowSize(windowBytes))
    // Calls on the session report it themselves.
    session.on('error', () => {})
    return session
  }
  return {
    next() {
      const at = turn++ % connections
      const known = sessions[at]
      if (known && !known.closed && !known.destroyed) return known
      const session = open()
      sessions[at] = session
      return session
    },
    close() {
      for (const session of sessions) session?.destroy()
    },
  }
}
