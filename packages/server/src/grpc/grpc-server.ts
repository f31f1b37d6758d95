/** The gRPC services over the pipeline: connections, limits, and a close that loses no call. */
import { setMaxListeners } from 'node:events'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js'
import { SlipwayError } from '@slipway/core'
import type { Services } from '../contract/services.ts'
import { type Calls, countCalls } from '../http/calls.ts'
import { type TlsOptions, tlsServerOptions } from '../http/tls.ts'
import { setConnectionWindow, setStreamWindow } from './flow-window.ts'
import { grpcMethods } from './methods.ts'
import type { StreamFlavour } from './model-stream-infer.ts'
import { attachReflection } from './reflection.ts'
import { attachMethods } from './serve.ts'

export interface GrpcOptions {
  /** Most bytes of a message, before and after decompression; 64 MiB unless given. */
  readonly maxMessageBytes?: number
  /** Calls of one connection that may be under way; the client holds back others. */
  readonly maxConcurrentCalls?: number
  readonly streamFlavour?: StreamFlavour
  /** Whether tools can ask which services and messages there are; true unless given. */
  readonly reflection?: boolean
  /** How often a watched state is looked at; 1000 unless given. */
  readonly healthPollMs?: number
  readonly tls?: TlsOptions
}

interface GrpcListenOptions {
  /** 0: any free port. */
  readonly port: number
  /** 127.0.0.1 unless given. */
  readonly host?: string
}

export interface GrpcServer extends AsyncDisposable {
  /** Resolves with the port. */
  listen(options: GrpcListenOptions): Promise<number>
  /** Takes over a connection that speaks HTTP/2, such as one that came to a port shared with others. */
  accept(socket: Duplex): void
  /**
   * Accepts nothing more, tells clients to go elsewhere, lets calls under way end, and stops those that have not after
   * `graceMs`. May be called twice.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>
}

const defaultMaxMessageBytes = 64 * 2 ** 20
const defaultMaxConcurrentCalls = 1000
const defaultGraceMs = 30_000
/** Time for the last words to those whose calls are stopped. */
const farewellMs = 100
/** An image tensor fits, and a few of them on one connection. */
const streamWindowBytes = 2 ** 19
const connectionWindowBytes = 4 * 2 ** 20

/** Sets up the services; nothing listens yet. */
export function createGrpcServer(services: Services, options: GrpcOptions = {}): GrpcServer {
  const server = newServer(options)
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  setConnectionWindow(server, connectionWindowBytes)
  const calls = countCalls()
  const draining = new AbortController()
  // Each open stream listens to it.
  setMaxListeners(0, draining.signal)
  const { streamFlavour = 'triton', healthPollMs = 1000 } = options
  const host = { services, calls, draining: draining.signal }
  attachMethods(server, grpcMethods({ streamFlavour, healthPollMs }), host)
  if (options.reflection ?? true) attachReflection(server, host)
  const listeners = openListeners(injector, options.tls)
  let closing: Promise<void> | undefined
  const close = ({ graceMs = defaultGraceMs }: { readonly graceMs?: number } = {}) => {
    closing ??= drain(server, listeners, calls, draining, graceMs)
    return closing
  }
  return {
    listen: listeners.listen,
    accept(socket) {
      if (closing) socket.destroy()
      else injector.injectConnection(socket)
    },
    close,
    [Symbol.asyncDispose]: () => close({ graceMs: 0 }),
  }
}

function newServer(options: GrpcOptions): Server {
  const { maxMessageBytes = defaultMaxMessageBytes, maxConcurrentCalls = defaultMaxConcurrentCalls } = options
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': maxConcurrentCalls,
    'grpc.enable_channelz': 0,
  })
  setStreamWindow(server, streamWindowBytes)
  return server
}

interface Listeners {
  listen(options: GrpcListenOptions): Promise<number>
  stop(): void
  /** Ends connections, also those that are not through their handshake. */
  destroy(): void
}

function openListeners(injector: ConnectionInjector, tls: TlsOptions | undefined): Listeners {
  const servers: NetServer[] = []
  const sockets = new Set<Socket>()
  const open = (): NetServer => {
    const give = (socket: Socket) => injector.injectConnection(socket)
    const server = tls
      ? createTlsServer({ ...tcpOptions, ...tlsServerOptions(tls, ['h2']) }, give)
      : createServer(tcpOptions, give)
    return server.on('connection', (socket) => {
      sockets.add(socket)
      // One that breaks before it is handed over must not bring the process down.
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    })
  }
  return {
    listen: ({ port, host = '127.0.0.1' }) =>
      new Promise((resolve, reject) => {
        const server = open()
        servers.push(server)
        server.on('error', reject).listen(port, host, () => {
          const address = server.address()
          resolve(typeof address === 'object' && address ? address.port : port)
        })
      }),
    stop() {
      for (const server of servers) server.close()
    },
    destroy() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

const tcpOptions = { noDelay: true, keepAlive: true }

async function drain(
  server: Server,
  listeners: Listeners,
  calls: Calls,
  draining: AbortController,
  graceMs: number,
): Promise<void> {
  listeners.stop()
  draining.abort()
  let timer: NodeJS.Timeout | undefined
  await new Promise<void>((resolve) => {
    server.tryShutdown(() => resolve())
    timer = setTimeout(() => {
      calls.abortAll(new SlipwayError('SLP-R7', 'Cannot finish call: the server must be up, got it stopping'))
      timer = setTimeout(resolve, farewellMs)
    }, graceMs)
  })
  clearTimeout(timer)
  server.forceShutdown()
  listeners.destroy()
}
