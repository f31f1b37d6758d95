import type { MessageInitShape } from '@bufbuild/protobuf'
import { SlipwayError } from '@slipway/core'
import type { Lease } from '../contract/sessions.ts'
import { closeLease, leaseFor, leasesFor, renewLease } from '../control/lease-for.ts'
import type { InferenceRequest } from '../oip/inference.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { type SessionSchema, SessionService } from '../proto/sessions_pb.ts'
import { describeTensor } from './metadata.ts'
import { codecOf, defineMethod, pathsOf } from './method.ts'
import { readInference } from './model-infer.ts'
import { lengthDelimited, nextTag, readerOf, readMessage, skip } from './read-fields.ts'
import { wantsRaw, writeResult } from './reply-of.ts'

const { method } = SessionService
const group = 'inference'

export const loadModel = defineMethod({
  codec: codecOf(method.loadModel),
  group,
  access: 'write',
  model: ({ modelId }) => modelId,
  async handle({ modelId, version, device, leaseMs }, { services: { sessions }, caller }) {
    const request = {
      model: modelId,
      version: version || undefined,
      device,
      leaseMs: termOf(leaseMs),
    }
    return { session: describe(await sessions.open(request, caller.principal)) }
  },
})

interface Prediction {
  readonly handle: string
  readonly request: InferenceRequest
}

const tags = { handle: lengthDelimited(1), request: lengthDelimited(2) } as const

function readPrediction(bytes: Uint8Array): Prediction {
  let handle = ''
  let request: Uint8Array | undefined
  readMessage('slipway.v1.PredictRequest', bytes, (given) => {
    const reader = readerOf(given)
    for (let tag = nextTag(reader, reader.len); tag !== 0; tag = nextTag(reader, reader.len)) {
      if (tag === tags.handle) handle = reader.string(true)
      else if (tag === tags.request) request = reader.bytes()
      else skip(reader, tag)
    }
  })
  if (!request) return refuseRequest('a prediction must have a request', 'none')
  return { handle, request: readInference(request) }
}

export const predict = defineMethod({
  codec: { paths: pathsOf(method.predict), read: readPrediction, write: (bytes: Uint8Array) => bytes },
  group,
  access: 'write',
  async handle({ handle, request }, { services, caller }) {
    const lease = leaseFor(services, caller, handle)
    const isRaw = wantsRaw(request)
    return writeResult(await services.predict(lease, request, caller), isRaw)
  },
})

export const renewSession = defineMethod({
  codec: codecOf(method.renewSession),
  group,
  access: 'write',
  handle: async ({ handle, leaseMs }, { services, caller }) => ({
    session: describe(await renewLease(services, caller, handle, termOf(leaseMs))),
  }),
})

export const closeSession = defineMethod({
  codec: codecOf(method.closeSession),
  group,
  access: 'write',
  async handle({ handle }, { services, caller }) {
    await closeLease(services, caller, handle)
    return {}
  },
})

export const listSessions = defineMethod({
  codec: codecOf(method.listSessions),
  group,
  access: 'write',
  handle: (_request, { services, caller }) => ({
    sessions: leasesFor(services, caller).map(describe),
  }),
})

function termOf(leaseMs: bigint): number | undefined {
  if (leaseMs > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new SlipwayError('SLP-R4', `Cannot hold model: lease_ms must be a safe integer, got ${leaseMs}`)
  }
  return leaseMs === 0n ? undefined : Number(leaseMs)
}

function describe({ handle, device, expiresAtMs, served }: Lease): MessageInitShape<typeof SessionSchema> {
  return {
    handle,
    modelId: served.model,
    version: served.version,
    device,
    expiresAtMs: BigInt(Math.ceil(expiresAtMs)),
    inputs: served.inputs.map(describeTensor),
    outputs: served.outputs.map(describeTensor),
    sizeBytes: BigInt(served.sizeBytes),
  }
}
