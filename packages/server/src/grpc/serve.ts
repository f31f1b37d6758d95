/** Puts methods on the gRPC library: who calls, until when, and how the call ends. */
import type {
  handleBidiStreamingCall,
  handleUnaryCall,
  Server,
  ServerDuplexStream,
  ServerUnaryCall,
} from '@grpc/grpc-js'
import { SlipwayError } from '@slipway/core'
import type { Caller } from '../contract/caller.ts'
import type { Services } from '../contract/services.ts'
import type { Calls } from '../http/calls.ts'
import { traceOf } from '../http/trace-of.ts'
import { credentialsOf, deadlineOf, headerOf } from './caller.ts'
import type { Incoming, Method, StreamMethod, UnaryMethod } from './method.ts'
import { statusOf } from './status.ts'

export interface Host {
  readonly services: Services
  readonly calls: Calls
  readonly draining: AbortSignal
}

type Unary = ServerUnaryCall<Buffer, Uint8Array>
type Duplex = ServerDuplexStream<Buffer, Uint8Array>

// The library answers INTERNAL for what its own decoders throw, so messages reach the methods as bytes.
const same = (bytes: Buffer): Buffer => bytes
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export function attachMethods(server: Server, methods: readonly Method[], host: Host): void {
  for (const method of methods) {
    for (const path of method.paths) {
      const isNew =
        method.kind === 'unary'
          ? server.register(path, unaryHandler(method, path, host), asBuffer, same, 'unary')
          : server.register(path, streamHandler(method, path, host), asBuffer, same, 'bidi')
      if (!isNew) throw new Error(`two methods have the path ${path}`)
    }
  }
}

function unaryHandler(method: UnaryMethod, path: string, host: Host): handleUnaryCall<Buffer, Uint8Array> {
  const { services } = host
  return async (call, callback) => {
    const running = begin(call, host)
    try {
      const caller = await callerOf(call, running.controller.signal, host)
      const bytes = await method.answer(call.request, { services, caller })
      running.end()
      callback(null, bytes)
    } catch (error) {
      running.end()
      callback(statusOf(error, path, services.observe))
    }
  }
}

function streamHandler(
  method: StreamMethod,
  path: string,
  host: Host,
): handleBidiStreamingCall<Buffer, Uint8Array> {
  const { services } = host
  return async (call) => {
    const running = begin(call, host)
    try {
      const caller = await callerOf(call, running.controller.signal, host)
      await method.serve(incomingOf(call, host.draining), { services, caller })
      running.end()
      call.end()
    } catch (error) {
      running.end()
      // Iteration of a call that is over ends with an error, which nobody is there to read.
      if (!call.cancelled) call.emit('error', statusOf(error, path, services.observe))
    }
  }
}

/** Counts a call, and aborts its signal where it ends before its answer. */
function begin(call: Unary | Duplex, { calls }: Host) {
  const controller = new AbortController()
  const running = calls.begin(controller)
  let isOver = false
  // The event also comes after an answer has been sent in full.
  call.once('cancelled', () => {
    if (!isOver) controller.abort(reasonOf(call))
  })
  return {
    controller,
    end() {
      isOver = true
      calls.end(running)
    },
  }
}

function reasonOf(call: Unary | Duplex): Error {
  const deadline = deadlineOf(call.getDeadline())
  if (deadline === undefined || deadline > performance.now()) return new Error('the client went away')
  return new SlipwayError(
    'SLP-R20',
    'Cannot finish call: its deadline must be ahead, got one that has passed',
  )
}

async function callerOf(call: Unary | Duplex, signal: AbortSignal, host: Host): Promise<Caller> {
  const header = headerOf(call.metadata)
  const principal = await host.services.policy.authenticate(credentialsOf(call, header))
  return {
    protocol: 'grpc',
    principal,
    header,
    signal,
    deadlineMs: deadlineOf(call.getDeadline()),
    trace: traceOf(header),
  }
}

function incomingOf(call: Duplex, draining: AbortSignal): Incoming {
  return {
    requests: call.iterator({ destroyOnReturn: false }),
    draining,
    send: (bytes) =>
      new Promise((resolve) => {
        if (call.cancelled) {
          resolve()
          return
        }
        // The library forgets the callback of a message that it can no longer send.
        call.once('close', resolve)
        call.write(bytes, () => {
          call.off('close', resolve)
          resolve()
        })
      }),
  }
}
