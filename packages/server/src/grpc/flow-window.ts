/**
 * Flow control windows of a server. HTTP/2 starts with 64 KiB for a stream and for a connection, so that a large tensor
 * waits for several round trips. grpc-js has an option for that in its client only; its server is reached through what
 * it keeps to itself, and stays as it is where a later version keeps it elsewhere.
 */

import type { EventEmitter } from 'node:events'
import type { ServerHttp2Session } from 'node:http2'
import type { Server } from '@grpc/grpc-js'

interface Http2Options {
  settings?: { initialWindowSize?: number }
}

/** For streams of connections to come. To be called before the server has listeners. */
export function setStreamWindow(server: Server, bytes: number): void {
  const options = fieldOf(server, 'commonServerOptions')
  if (typeof options !== 'object' || options === null) return
  const http2 = options as Http2Options // the options of `http2.createServer`
  http2.settings = { ...http2.settings, initialWindowSize: bytes }
}

/** For connections to come. To be called once the server has its listeners. */
export function setConnectionWindow(server: Server, bytes: number): void {
  const servers = fieldOf(server, 'http2Servers')
  if (!(servers instanceof Map)) return
  for (const http2 of servers.keys() as Iterable<EventEmitter>) {
    // they are what `http2.createServer` makes
    http2.on('session', (session: ServerHttp2Session) => session.setLocalWindowSize(bytes))
  }
}

const fieldOf = (server: Server, name: string): unknown =>
  new Map<string, unknown>(Object.entries(server)).get(name)
