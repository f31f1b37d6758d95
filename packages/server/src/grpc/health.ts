/** The health of the server and of each model, for probes. */
import { create, toBinary } from '@bufbuild/protobuf'
import { SlipwayError } from '@slipway/core'
import type { Services } from '../contract/services.ts'
import { isModelReady, isServerReady, isUnknownModel } from '../control/readiness.ts'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import {
  Health,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../proto/health_pb.ts'
import { SessionService } from '../proto/sessions_pb.ts'
import { codecOf, defineMethod, type Incoming, type StreamMethod } from './method.ts'

const group = 'health'
const access = 'read'
/** Names that stand for the server as a whole. */
const wholeServer: readonly string[] = [
  '',
  GRPCInferenceService.typeName,
  SessionService.typeName,
  Health.typeName,
]
const checkCodec = codecOf(Health.method.check)
const watchCodec = codecOf(Health.method.watch)

export const healthCheck = defineMethod({
  codec: checkCodec,
  group,
  access,
  model: ({ service }) => modelOf(service),
  handle({ service }, { services }) {
    const status = servingStatus(services, service)
    if (status !== ServingStatus.SERVICE_UNKNOWN) return { status }
    throw new SlipwayError(
      'SLP-R1',
      `Cannot check health: the service must be known, got "${service.slice(0, 200)}"`,
    )
  },
})

export const healthList = defineMethod({
  codec: codecOf(Health.method.list),
  group,
  access,
  handle(_request, { services }) {
    const names = new Set(['', ...services.models.index().map(({ name }) => name)])
    const entries = [...names].map((name) => [name, { status: servingStatus(services, name) }])
    return { statuses: Object.fromEntries(entries) }
  },
})

/** Looks every `pollMs`: models tell nobody when their state changes. */
export function healthWatch(pollMs: number): StreamMethod {
  return {
    kind: 'stream',
    paths: watchCodec.paths,
    group,
    access,
    async serve({ requests, send, draining }, { services, caller }) {
      const request = await firstOf(requests)
      if (!request) throw new SlipwayError('SLP-R4', 'Cannot watch health: a request must name it, got none')
      const { service } = watchCodec.read(request)
      services.policy.authorize(caller.principal, group, access, modelOf(service))
      let last: ServingStatus | undefined
      while (!caller.signal.aborted) {
        const status = draining.aborted ? ServingStatus.NOT_SERVING : servingStatus(services, service)
        if (status !== last) {
          await send(toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status })))
        }
        if (draining.aborted) return
        last = status
        await pause(pollMs, [caller.signal, draining])
      }
    },
  }
}

const modelOf = (service: string): string | undefined => (wholeServer.includes(service) ? undefined : service)

function servingStatus(services: Services, service: string): ServingStatus {
  const model = modelOf(service)
  if (model === undefined) return isServerReady(services) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING
  try {
    return isModelReady(services, model) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING
  } catch (error) {
    // What cannot be the name of a model is as unknown as a model that is not there.
    const isUnknown = isUnknownModel(error) || (error instanceof SlipwayError && error.code === 'SLP-R4')
    if (isUnknown) return ServingStatus.SERVICE_UNKNOWN
    throw error
  }
}

async function firstOf(requests: Incoming['requests']): Promise<Uint8Array | undefined> {
  for await (const request of requests) return request
  return undefined
}

/** Resolves after a time, or once one of the signals is aborted. */
function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    timer.unref()
    for (const signal of signals) signal.addEventListener('abort', end)
    if (signals.some(({ aborted }) => aborted)) end()
  })
}
