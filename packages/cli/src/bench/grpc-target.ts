/** A server over gRPC: calls in turn over a few HTTP/2 connections, tensors as raw contents. */
import { SlipwayError } from '@slipway/core'
import { frameOf, openSessions, startCall } from './grpc-call.ts'
import {
  decodeFlag,
  decodeInputs,
  decodeModelNames,
  encodeInferRequest,
  encodeModelRef,
} from './infer-message.ts'
import type { Failure } from './send.ts'
import type { Target, TargetOptions } from './target.ts'

const prefixBytes = 5

export function grpcTarget({ url, connections, headers }: TargetOptions): Target {
  const origin = `${url.protocol === 'grpcs:' ? 'https' : 'http'}://${url.host}`
  const sessions = openSessions(origin, connections)
  const ask = (method: string, message: Uint8Array) =>
    new Promise<Uint8Array>((resolve, reject) => {
      const chunks: Buffer[] = []
      const done = (failure?: Failure) => {
        if (failure) reject(refusal(method, failure))
        else resolve(Buffer.concat(chunks).subarray(prefixBytes))
      }
      const frame = frameOf(message)
      startCall({
        ...{ session: sessions.next(), method, frame, headers, done },
        onData: (chunk) => chunks.push(chunk),
      })
    })
  const none = new Uint8Array()
  return {
    protocol: 'gRPC',
    live: () => ask('ServerLive', none).then(decodeFlag, () => false),
    ready: () => ask('ServerReady', none).then(decodeFlag, () => false),
    models: async () => decodeModelNames(await ask('RepositoryIndex', none)),
    inputs: async (model) => decodeInputs(await ask('ModelMetadata', encodeModelRef(model))),
    load(model, variants) {
      const frames = variants.map((tensors) => frameOf(encodeInferRequest(model, tensors)))
      return {
        requestBytes: frames[0]!.length,
        send: (index, done) =>
          startCall({
            ...{ session: sessions.next(), method: 'ModelInfer', headers, done },
            frame: frames[index % frames.length]!,
          }),
      }
    },
    async close() {
      sessions.close()
    },
  }
}

function refusal(method: string, { code, text }: Failure): SlipwayError {
  return new SlipwayError('SLP-C1', `Cannot ask the server: ${method} must succeed, got ${code} ${text}`)
}
