/** One policy, asked over both protocols: each group of the API for each role, from a table that the server does not share. */
import type { DescMethodUnary } from '@bufbuild/protobuf'
import { credentials, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiGroup } from './contract/principal.ts'
import { newApiKey } from './policy/api-key.ts'
import { GRPCInferenceService } from './proto/grpc_service_pb.ts'
import { Health } from './proto/health_pb.ts'
import { createServer, type Server } from './server.ts'
import { hasOpenssl, makeCertificates } from './testing/certificates.ts'
import { pairGraph, repositoryWith } from './testing/fixture.ts'
import { bytesOf } from './testing/grpc-fixture.ts'
import { type GrpcPeer, grpcPeer } from './testing/grpc-peer.ts'

const { method } = GRPCInferenceService
const inputs = ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] }))
const inference = {
  modelName: 'pair',
  inputs: inputs.map(({ name, datatype }) => ({ name, datatype, shape: [1n, 2n] })),
  rawInputContents: [bytesOf(1, 2), bytesOf(1, 2)],
}

interface Probe {
  readonly group: Exclude<ApiGroup, 'shared-memory'>
  readonly access: 'read' | 'write'
  readonly rest: readonly ['GET' | 'POST', string, object?]
  readonly grpc?: readonly [DescMethodUnary, Record<string, unknown>]
}

const trace: Record<string, unknown> = { settings: { trace_rate: { value: ['1000'] } } }
const logs = {
  settings: { log_verbose_level: { parameterChoice: { case: 'uint32Param', value: 0 } } },
} as const
/** A read and a write of every group that has one. Shared memory is not served to anybody. */
const probes: readonly Probe[] = [
  { group: 'health', access: 'read', rest: ['GET', '/v2/health/live'], grpc: [method.serverLive, {}] },
  {
    group: 'health',
    access: 'read',
    rest: ['GET', '/v2/models/pair/ready'],
    grpc: [Health.method.check, { service: '' }],
  },
  { group: 'metadata', access: 'read', rest: ['GET', '/v2'], grpc: [method.serverMetadata, {}] },
  {
    group: 'inference',
    access: 'write',
    rest: ['POST', '/v2/models/pair/infer', { inputs }],
    grpc: [method.modelInfer, inference],
  },
  {
    group: 'model-config',
    access: 'read',
    rest: ['GET', '/v2/models/pair/config'],
    grpc: [method.modelConfig, { name: 'pair' }],
  },
  {
    group: 'model-repository',
    access: 'read',
    rest: ['POST', '/v2/repository/index', {}],
    grpc: [method.repositoryIndex, {}],
  },
  {
    group: 'model-repository',
    access: 'write',
    rest: ['POST', '/v2/repository/models/pair/load', {}],
    grpc: [method.repositoryModelLoad, { modelName: 'pair' }],
  },
  {
    group: 'statistics',
    access: 'read',
    rest: ['GET', '/v2/models/stats'],
    grpc: [method.modelStatistics, {}],
  },
  { group: 'trace', access: 'read', rest: ['GET', '/v2/trace/setting'], grpc: [method.traceSetting, {}] },
  {
    group: 'trace',
    access: 'write',
    rest: ['POST', '/v2/trace/setting', { trace_rate: '1000' }],
    grpc: [method.traceSetting, trace],
  },
  { group: 'logging', access: 'read', rest: ['GET', '/v2/logging'], grpc: [method.logSettings, {}] },
  {
    group: 'logging',
    access: 'write',
    rest: ['POST', '/v2/logging', { log_verbose_level: 0 }],
    grpc: [method.logSettings, logs],
  },
  { group: 'administration', access: 'read', rest: ['GET', '/slipway/v1/audit'] },
]

/** What each role may do: `w` writes and reads, `r` reads. */
const allowed: Readonly<Record<string, Readonly<Partial<Record<ApiGroup, 'r' | 'w'>>>>> = {
  admin: {
    ...{ health: 'w', metadata: 'w', inference: 'w', 'model-config': 'w', 'model-repository': 'w' },
    ...{ statistics: 'w', trace: 'w', logging: 'w', administration: 'w' },
  },
  operator: {
    ...{ health: 'w', metadata: 'w', inference: 'w', 'model-config': 'w', 'model-repository': 'w' },
    ...{ statistics: 'w', trace: 'w', logging: 'w' },
  },
  viewer: {
    ...{ health: 'r', metadata: 'r', inference: 'r', 'model-config': 'r', 'model-repository': 'r' },
    ...{ statistics: 'r', trace: 'r', logging: 'r' },
  },
  client: { health: 'r', metadata: 'r', inference: 'w', 'model-config': 'r' },
  probe: { health: 'r' },
}
const roles = Object.keys(allowed)

type Answer = 'yes' | 'no' | 'who?'
const expectation = (role: string, { group, access }: Probe): Answer => {
  const granted = allowed[role]?.[group]
  return granted === 'w' || (granted === 'r' && access === 'read') ? 'yes' : 'no'
}

const suites = hasOpenssl() ? (['plain', 'TLS'] as const) : (['plain'] as const)
if (suites.length < 2) console.log('access over TLS is not tested: openssl is missing')

describe.each(suites)('access over %s', (transport) => {
  const fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
  const certificates = transport === 'TLS' ? makeCertificates() : undefined
  const keys = new Map<string, string>()
  let server: Server
  let peer: GrpcPeer

  beforeAll(async () => {
    server = await createServer({
      settleMs: 0,
      repository: fixture.root,
      control: 'explicit',
      loadModels: ['*'],
      auth: {},
      ...(certificates && { tls: certificates.server }),
    })
    await server.listen({ port: 0, grpcPort: 'shared' })
    await server.loaded
    for (const role of roles) {
      const { record, key } = newApiKey(role, {
        tenant: 't',
        roles: [role],
        createdAtMs: 0,
        expiresAtMs: undefined,
      })
      const audit = { atMs: 0, subject: 'test', action: 'key.put', target: role, detail: {}, ok: true }
      await server.services.store.apiKeys.put(record, audit)
      keys.set(role, key)
    }
    const channel = certificates ? credentials.createSsl(certificates.authority.cert) : undefined
    peer = grpcPeer(server.grpcPort!, channel)
    while ((await ask(probes[0]!, keys.get('probe'))).rest !== 'yes')
      await new Promise((resolve) => setTimeout(resolve, 10))
  })
  afterAll(async () => {
    peer[Symbol.dispose]()
    await server.close()
    fixture[Symbol.dispose]()
  })

  const overRest = async ({ rest: [verb, url, body] }: Probe, key: string | undefined): Promise<Answer> => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const { statusCode } = await server.app.inject({
      method: verb,
      url,
      headers,
      ...(body && { payload: JSON.stringify(body) }),
    })
    if (statusCode === 401) return 'who?'
    if (statusCode === 403) return 'no'
    expect([url, statusCode]).toEqual([url, 200])
    return 'yes'
  }
  const overGrpc = async (
    [called, request]: NonNullable<Probe['grpc']>,
    key: string | undefined,
  ): Promise<Answer> => {
    const metadata = key === undefined ? {} : { authorization: `Bearer ${key}` }
    try {
      await peer.call(called, request, { metadata })
      return 'yes'
    } catch (error) {
      const { code } = error as { code: number } // errors of the library have a code
      if (code === status.UNAUTHENTICATED) return 'who?'
      if (code === status.PERMISSION_DENIED) return 'no'
      throw error
    }
  }
  const ask = async (probe: Probe, key: string | undefined) => ({
    rest: await overRest(probe, key),
    grpc: probe.grpc ? await overGrpc(probe.grpc, key) : undefined,
  })

  describe.each(probes)('to $access $group', (probe) => {
    const both = (answer: Answer) => ({ rest: answer, grpc: probe.grpc ? answer : undefined })

    it.each(roles)('is alike on both protocols: %s', async (role) => {
      expect(await ask(probe, keys.get(role))).toEqual(both(expectation(role, probe)))
    })

    it('needs a proof, but for health', async () => {
      expect(await ask(probe, undefined)).toEqual(both(probe.group === 'health' ? 'yes' : 'who?'))
    })

    it('is refused for a key that is wrong, even where none is needed', async () => {
      const wrong = `${keys.get('admin')!.slice(0, -1)}${keys.get('admin')!.endsWith('A') ? 'B' : 'A'}`
      expect(await ask(probe, wrong)).toEqual(both('who?'))
    })
  })

  it('to shared memory is nobody’s', async () => {
    const headers = { authorization: `Bearer ${keys.get('admin')}` }
    const { statusCode } = await server.app.inject({ url: '/v2/systemsharedmemory/status', headers })
    expect(statusCode).toBe(404)
  })
})
