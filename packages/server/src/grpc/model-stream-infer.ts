/**
 * Many requests on one stream. They run side by side, and the responses keep the order of the requests, as for every
 * model of Triton's that is not decoupled.
 */
import { SlipwayError } from '@slipway/core'
import type { InferenceRequest } from '../oip/inference.ts'
import { flagOf } from '../oip/json-fields.ts'
import { noParameters, type Parameters } from '../oip/parameters.ts'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { writeInferReply, writeStreamReply } from './infer-reply.ts'
import { type Call, type Incoming, pathsOf, type StreamMethod } from './method.ts'
import { readInference } from './model-infer.ts'
import { wantsRaw, writeResult } from './reply-of.ts'
import { statusOf, wellFormed } from './status.ts'

/**
 * `triton`: a ModelStreamInferResponse, in which the error of one request leaves the stream open. `mlserver`: a plain
 * ModelInferResponse, so that an error ends the stream.
 */
export type StreamFlavour = 'triton' | 'mlserver'

/** Requests of one stream that may be under way. */
const mostRunning = 64
/** In the metadata, with `true`: an error ends the stream with its status. */
const errorHeader = 'triton_grpc_error'
const wantsFinal = 'triton_enable_empty_final_response'
const finalResponse: Parameters = new Map([['triton_final_response', true]])
const path = pathsOf(GRPCInferenceService.method.modelStreamInfer)[0]!

export function modelStreamInfer(flavour: StreamFlavour): StreamMethod {
  return {
    kind: 'stream',
    paths: [path],
    group: 'inference',
    access: 'write',
    serve(incoming, call) {
      const endsWithError = flavour === 'mlserver' || call.caller.header(errorHeader) === 'true'
      const wrap = flavour === 'mlserver' ? (bytes: Uint8Array) => bytes : wrapResponse
      return serveInOrder(incoming, async (bytes) => {
        let id = ''
        try {
          const request = readInference(bytes)
          id = request.id ?? ''
          return wrap(await answer(request, call))
        } catch (error) {
          if (endsWithError) throw error
          return errorReply(error, id, call)
        }
      })
    },
  }
}

const wrapResponse = (response: Uint8Array): Uint8Array => writeStreamReply({ error: '', response })

async function answer(request: InferenceRequest, { services, caller }: Call): Promise<Uint8Array> {
  services.policy.authorize(caller.principal, 'inference', 'write', request.model)
  const isRaw = wantsRaw(request)
  const isFinal = flagOf(wantsFinal, request.parameters) === true
  const result = await services.infer(request, caller)
  return writeResult(result, isRaw, isFinal ? finalResponse : undefined)
}

/** The id tells the client which of its requests failed. */
function errorReply(error: unknown, id: string, { services }: Call): Uint8Array {
  const { details } = statusOf(error, path, services.observe)
  const fields = { model: '', version: '', parameters: noParameters, outputs: [], raw: [] }
  const response = id === '' ? undefined : writeInferReply({ ...fields, id })
  return writeStreamReply({ error: wellFormed(details), response })
}

/**
 * Starts each request as it comes, and sends the answers in the order of the requests. Rejects with the first error,
 * once the answers before it are sent.
 */
async function serveInOrder(
  { requests, send, draining }: Incoming,
  run: (request: Uint8Array) => Promise<Uint8Array>,
): Promise<void> {
  let running = 0
  let sent = Promise.resolve()
  return new Promise((resolve, reject) => {
    const endIfIdle = () => {
      if (draining.aborted && running === 0) {
        reject(new SlipwayError('SLP-R7', 'Cannot go on with stream: the server must be up, got it stopping'))
      }
    }
    const start = (request: Uint8Array) => {
      const answered = run(request)
      // Its place in the order may come long after it failed.
      answered.catch(() => {})
      running++
      sent = sent.then(async () => {
        await send(await answered)
        running--
        endIfIdle()
      })
      sent.catch(reject)
      return sent
    }
    draining.addEventListener('abort', endIfIdle, { once: true })
    endIfIdle()
    readAll(requests, start)
      .then(() => sent)
      .then(resolve, reject)
      .finally(() => draining.removeEventListener('abort', endIfIdle))
  })
}

/** Waits for the oldest answer where too many are under way, so that a client cannot fill the memory. */
async function readAll(
  requests: AsyncIterable<Uint8Array>,
  start: (request: Uint8Array) => Promise<void>,
): Promise<void> {
  const under: Promise<void>[] = []
  for await (const request of requests) {
    under.push(start(request))
    if (under.length === mostRunning) await under.shift()
  }
}
