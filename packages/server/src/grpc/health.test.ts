import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Metadata, status } from '@grpc/grpc-js'
import { SlipwayError } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../proto/health_pb.ts'
import { fakeServices } from '../testing/fake-services.ts'
import { type GrpcFixture, grpcFixture } from '../testing/grpc-fixture.ts'

const { method } = Health
const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = ServingStatus

/** Models of which `m` may be loading. */
function changingModels() {
  const { models } = fakeServices()
  const state = { ready: true }
  const find: typeof models.find = (name, version) => {
    if (!state.ready && name === 'm') throw new SlipwayError('SLP-R3', 'Cannot run model: it must be ready')
    return models.find(name, version)
  }
  return { state, models: { ...models, find } }
}

function watch({ peer }: GrpcFixture, service: string) {
  const call = peer.client.makeServerStreamRequest(
    '/grpc.health.v1.Health/Watch',
    (init: { service: string }) =>
      Buffer.from(toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, init))),
    (bytes) => fromBinary(HealthCheckResponseSchema, bytes).status,
    { service },
    new Metadata(),
    {},
  )
  const states = call[Symbol.asyncIterator]()
  return { call, next: async (): Promise<unknown> => (await states.next()).value }
}

describe('health', () => {
  it('is that of the server, of its services, and of each model', async () => {
    const { state, models } = changingModels()
    await using given = await grpcFixture({}, { models })
    const check = async (service: string) => (await given.peer.call(method.check, { service })).status
    for (const service of ['', 'inference.GRPCInferenceService', 'm'])
      expect(await check(service)).toBe(SERVING)
    for (const service of ['nobody', '../x']) {
      await expect(check(service)).rejects.toMatchObject({ code: status.NOT_FOUND })
    }
    state.ready = false
    expect(await check('m')).toBe(NOT_SERVING)
    given.services.draining = true
    expect(await check('')).toBe(NOT_SERVING)
    const { statuses } = await given.peer.call(method.list, {})
    expect(Object.entries(statuses).map(([name, one]) => [name, one.status])).toEqual([
      ['', NOT_SERVING],
      ['m', NOT_SERVING],
      ['broken', SERVICE_UNKNOWN],
    ])
  })

  it('is watched: each change is told, and the end of the server', async () => {
    const { state, models } = changingModels()
    await using given = await grpcFixture({}, { models })
    const [model, unknown] = [watch(given, 'm'), watch(given, 'nobody')]
    expect(await model.next()).toBe(SERVING)
    expect(await unknown.next()).toBe(SERVICE_UNKNOWN)
    state.ready = false
    expect(await model.next()).toBe(NOT_SERVING)
    state.ready = true
    expect(await model.next()).toBe(SERVING)
    const closed = given.server.close()
    expect(await model.next()).toBe(NOT_SERVING)
    expect(await model.next()).toBeUndefined()
    await closed
  })

  it('is watched until the client cancels', async () => {
    await using given = await grpcFixture()
    const { call, next } = watch(given, '')
    expect(await next()).toBe(SERVING)
    call.on('error', () => {})
    call.cancel()
    await expect(next()).rejects.toMatchObject({ code: status.CANCELLED })
    await given.server.close()
  })
})
