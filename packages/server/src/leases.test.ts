/** Leases over both protocols: who may use them, and what counts what is done with them. */
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newApiKey } from './policy/api-key.ts'
import { SessionService } from './proto/sessions_pb.ts'
import { createServer, type Server } from './server.ts'
import { type Fixture, pairGraph, repositoryWith } from './testing/fixture.ts'
import { bytesOf } from './testing/grpc-fixture.ts'
import { type GrpcPeer, grpcPeer } from './testing/grpc-peer.ts'

const { method } = SessionService
const inputs = ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] }))
const request = (modelName: string) => ({
  modelName,
  inputs: inputs.map(({ name, datatype }) => ({ name, datatype, shape: [1n, 2n] })),
  rawInputContents: [bytesOf(1, 2), bytesOf(1, 2)],
})
const all = { inference: 'write', statistics: 'read' } as const

let fixture: Fixture
let server: Server
let peer: GrpcPeer

beforeAll(async () => {
  fixture = repositoryWith({ 'one/1/model.onnx': pairGraph('Add'), 'two/1/model.onnx': pairGraph('Add') })
  server = await createServer({
    settleMs: 0,
    repository: fixture.root,
    control: 'explicit',
    loadModels: ['*'],
    auth: { roles: { 'only-one': { groups: all, models: ['one'] }, both: { groups: all } } },
    limits: { rates: { rate: undefined, tenantRate: { perSecond: 0.001, burst: 3 } } },
  })
  await server.listen({ port: 0, grpcPort: 0 })
  await server.loaded
  peer = grpcPeer(server.grpcPort!)
})
afterAll(async () => {
  peer[Symbol.dispose]()
  await server.close()
  fixture[Symbol.dispose]()
})

/** A key with one role; keys of one tenant share their leases. */
async function keyFor(tenant: string, role: string): Promise<{ readonly authorization: string }> {
  const id = `${tenant}-${role}`
  const { record, key } = newApiKey(id, { tenant, roles: [role], createdAtMs: 0, expiresAtMs: undefined })
  const audit = { atMs: 0, subject: 'test', action: 'key.put', target: id, detail: {}, ok: true }
  await server.services.store.apiKeys.put(record, audit)
  const headers = { authorization: `Bearer ${key}` }
  // The policy reads the keys anew when the store tells it to.
  const known = async () =>
    (await server.app.inject({ url: '/slipway/v1/sessions', headers })).statusCode === 200
  while (!(await known())) await new Promise((resolve) => setTimeout(resolve, 5))
  return headers
}

type Headers = Awaited<ReturnType<typeof keyFor>>

const rest = async (verb: 'GET' | 'POST' | 'DELETE', url: string, headers: Headers, body?: object) => {
  const answer = await server.app.inject({
    method: verb,
    url: `/slipway/v1/sessions${url}`,
    headers,
    ...(body && { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: JSON.parse(answer.payload) }
}

const open = async (model: string, headers: Headers): Promise<string> =>
  (await rest('POST', '', headers, { model_id: model })).body.handle

describe('a role for one model', () => {
  it('opens no lease on another over REST', async () => {
    const [some, limited] = [await keyFor('rest', 'both'), await keyFor('rest', 'only-one')]
    const [own, other] = [await open('one', some), await open('two', some)]
    const { body } = await rest('GET', '', limited)
    expect(body.sessions.map(({ handle }: { handle: string }) => handle)).toEqual([own])
    for (const [verb, url, sent] of [
      ['POST', '/infer', { inputs }],
      ['POST', '/renew', {}],
      ['DELETE', '', undefined],
    ] as const) {
      const refused = await rest(verb, `/${other}${url}`, limited, sent)
      expect([url, refused.status, refused.body.error]).toEqual([
        url,
        403,
        expect.stringContaining('SLP-R14'),
      ])
      expect((await rest(verb, `/${own}${url}`, limited, sent)).status).toBe(200)
    }
    expect((await rest('GET', '', some)).body.sessions).toMatchObject([{ handle: other }])
  })

  it('opens no lease on another over gRPC', async () => {
    const [some, limited] = [await keyFor('grpc', 'both'), await keyFor('grpc', 'only-one')]
    const [own, other] = [await open('one', some), await open('two', some)]
    const metadata = { metadata: limited }
    expect((await peer.call(method.listSessions, {}, metadata)).sessions).toMatchObject([{ handle: own }])
    const calls = [
      (handle: string) => peer.call(method.predict, { handle, request: request('') }, metadata),
      (handle: string) => peer.call(method.renewSession, { handle }, metadata),
      (handle: string) => peer.call(method.closeSession, { handle }, metadata),
    ]
    for (const call of calls) {
      await expect(call(other)).rejects.toMatchObject({ code: status.PERMISSION_DENIED })
      await call(own)
    }
    expect((await rest('GET', '', some)).body.sessions).toMatchObject([{ handle: other }])
  })

  it('closes its lease on a model that is not there any more', async () => {
    const some = await keyFor('gone', 'both')
    const handle = await open('two', some)
    await server.services.models.unload('two')
    expect((await rest('POST', `/${handle}/renew`, some, {})).status).toBe(503)
    expect((await rest('DELETE', `/${handle}`, some)).status).toBe(200)
    await server.services.models.load('two')
  })
})

describe('a prediction', () => {
  it('counts as one of the model of its lease, whatever name it brings', async () => {
    const some = await keyFor('counted', 'both')
    const handle = await open('one', some)
    const predict = () =>
      peer.call(method.predict, { handle, request: request('made-up') }, { metadata: some })
    for (let i = 0; i < 3; i++) expect((await predict()).modelName).toBe('one')
    await expect(predict()).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED })
    const metrics = (await server.app.inject({ url: '/metrics', headers: some })).payload
    expect(metrics).toContain('model="one"')
    expect(metrics).not.toContain('made-up')
  })
})
