/**
 * HTTP/1.1 and gRPC on one port. Without TLS the first bytes tell them apart, since HTTP/2 begins with a fixed preface;
 * with TLS both sides agree on the protocol in the handshake.
 */
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket, Server as TlsServer } from 'node:tls'

/** What a server with TLS must offer as its `ALPNProtocols` to share its port. */
export const onePortProtocols: readonly string[] = ['h2', 'http/1.1']

interface OnePortOptions {
  /** How long a connection may say nothing; 60 000 unless given. */
  readonly firstBytesMs?: number
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const defaultFirstBytesMs = 60_000

/**
 * Gives the HTTP/2 connections of a server to `accept`, such as that of a gRPC server. The server itself goes on
 * listening and answering HTTP/1.1; to close it, close both at the same time, since its port counts all connections.
 *
 * @returns ends the connections that have not said yet what they speak; call it when the server closes.
 */
export function sharePort(
  server: HttpServer | HttpsServer,
  accept: (socket: Duplex) => void,
  { firstBytesMs = defaultFirstBytesMs }: OnePortOptions = {},
): () => void {
  const isSecure = server instanceof TlsServer
  const event = isSecure ? 'secureConnection' : 'connection'
  const httpListeners = server.listeners(event)
  server.removeAllListeners(event)
  const undecided = new Set<Socket>()
  server.on(event, (socket: Socket) => {
    const decide = (isHttp2: boolean) => {
      undecided.delete(socket)
      if (isHttp2) accept(socket)
      else for (const listener of httpListeners) listener.call(server, socket)
    }
    if (socket instanceof TLSSocket) return decide(socket.alpnProtocol === 'h2')
    undecided.add(socket)
    socket.once('close', () => undecided.delete(socket))
    peek(socket, firstBytesMs, decide)
  })
  return () => {
    for (const socket of undecided) socket.destroy()
  }
}

/** Reads until the bytes are, or cannot become, the preface; puts them back, and says which. */
function peek(socket: Socket, timeoutMs: number, decide: (isHttp2: boolean) => void): void {
  let bytes: Buffer = Buffer.alloc(0)
  const timer = setTimeout(() => socket.destroy(), timeoutMs)
  const destroy = () => socket.destroy()
  const look = () => {
    const chunk: Buffer | null = socket.read()
    if (!chunk) return
    bytes = Buffer.concat([bytes, chunk])
    const count = Math.min(bytes.length, preface.length)
    const isEqual = bytes.subarray(0, count).equals(preface.subarray(0, count))
    if (isEqual && count < preface.length) return
    stop()
    socket.unshift(bytes)
    decide(isEqual)
  }
  const stop = () => {
    clearTimeout(timer)
    socket.off('readable', look).off('end', destroy).off('error', destroy).off('close', stop)
  }
  socket.on('readable', look).on('end', destroy).on('error', destroy).on('close', stop)
}
