import { tensor } from '@slipway/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { infer } from '../rest/infer.ts'
import { live } from '../rest/live.ts'
import { modelMetadata } from '../rest/model-metadata.ts'
import { modelReady } from '../rest/model-ready.ts'
import { modelStats } from '../rest/model-stats.ts'
import { ready } from '../rest/ready.ts'
import { repositoryIndex } from '../rest/repository-index.ts'
import { repositoryLoad } from '../rest/repository-load.ts'
import { repositoryUnload } from '../rest/repository-unload.ts'
import { serverMetadata } from '../rest/server-metadata.ts'
import { closeSession, loadModel, predict, renewSession } from '../rest/sessions.ts'
import { type GrpcFixture, grpcFixture } from '../testing/grpc-fixture.ts'
import { type RestFixture, restFixture } from '../testing/rest-fixture.ts'
import { type Client, createClient, type InferOptions } from './index.ts'

const routes = [
  ...[live, ready, serverMetadata, modelMetadata, modelReady, modelStats, infer],
  ...[repositoryIndex, repositoryLoad, repositoryUnload],
  ...[loadModel, predict, renewSession, closeSession],
]
const inputs: InferOptions['inputs'] = {
  float: { data: Float32Array.of(Number.NaN, -0), shape: [2] },
  long: { data: BigInt64Array.of(2n ** 62n, -1n), shape: [2] },
  byte: { data: Uint8Array.of(1, 255), shape: [2] },
  bool: { data: Uint8Array.of(1, 0), shape: [2], dtype: 'bool' },
  text: { data: ['ä', ''], shape: [2] },
  half: tensor('float16', [0], new Uint16Array()),
}

let grpc: GrpcFixture
let rest: RestFixture
const clients: Partial<Record<'rest' | 'grpc', Client>> = {}

beforeAll(async () => {
  grpc = await grpcFixture()
  rest = await restFixture(grpc.services, routes)
  clients.grpc = createClient({ url: `grpc://localhost:${grpc.port}` })
  clients.rest = createClient({ url: rest.url })
})
afterAll(async () => {
  await clients.grpc?.close()
  await clients.rest?.close()
  await rest[Symbol.asyncDispose]()
  await grpc[Symbol.asyncDispose]()
})
beforeEach(() => {
  grpc.infer = undefined
  grpc.services.changes.length = 0
})

describe.each(['rest', 'grpc'] as const)('a client over %s', (protocol) => {
  const client = () => clients[protocol]!

  it('carries tensors of all kinds both ways', async () => {
    const answer = await client().infer({ model: 'm', id: 'a', inputs })
    expect(answer).toMatchObject({ model: 'm', version: '2', id: 'a' })
    expect(answer.outputs).toEqual(
      new Map(
        Object.entries({
          float: tensor('float32', [2], Float32Array.of(Number.NaN, -0)),
          long: tensor('int64', [2], BigInt64Array.of(2n ** 62n, -1n)),
          byte: tensor('uint8', [2], Uint8Array.of(1, 255)),
          bool: tensor('bool', [2], Uint8Array.of(1, 0)),
          text: tensor('string', [2], ['ä', '']),
          half: tensor('float16', [0], new Uint16Array()),
        }),
      ),
    )
  })

  it('asks for a version, with outputs, parameters and proofs', async () => {
    let asked: unknown
    grpc.infer = (request, caller) => {
      const { version, parameters, outputs } = request
      const own = outputs.map((output) => [output.name, output.parameters.get('classification')])
      asked = { version, priority: parameters.get('priority'), half: parameters.get('half'), own }
      return grpc.echo(request, caller)
    }
    const parameters = { priority: 2n ** 60n, half: 0.5 }
    const options = {
      model: 'm',
      version: '1',
      inputs,
      outputs: ['a', 'b'],
      parameters,
      classification: { b: 3 },
    }
    expect((await client().infer(options, { headers: { 'x-key': 'k' } })).version).toBe('1')
    expect(asked).toEqual({
      version: '1',
      priority: 2n ** 60n,
      half: 0.5,
      own: [
        ['a', undefined],
        ['b', 3],
      ],
    })
    expect(grpc.caller.header('x-key')).toBe('k')
    expect(grpc.caller.protocol).toBe(protocol)
  })

  it('tells of server and models', async () => {
    expect(await client().serverLive()).toBe(true)
    expect(await client().serverReady()).toBe(true)
    expect(await client().modelReady('m')).toBe(true)
    expect(await client().modelReady('m', '1')).toBe(true)
    expect(await client().modelReady('nobody')).toBe(false)
    expect(await client().serverMetadata()).toMatchObject({ name: 'slipway', version: '1.2.3' })
    const { name, versions, inputs: described } = await client().modelMetadata('m')
    expect({ name, versions }).toEqual({ name: 'm', versions: ['1', '2'] })
    expect(described).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1] }])
    const [statistics] = await client().statistics('m')
    expect(statistics).toMatchObject({
      name: 'm',
      inferenceCount: 6n,
      inferenceStats: { success: { count: 6n, ns: 1000n } },
      batchStats: [{ batchSize: 2n }],
    })
    expect(await client().statistics()).toHaveLength(2)
  })

  it('changes what is served', async () => {
    expect(await client().repository.index()).toContainEqual({
      name: 'broken',
      version: '1',
      state: 'UNAVAILABLE',
      reason: 'it is corrupt',
    })
    expect(await client().repository.index({ ready: true })).toHaveLength(2)
    await client().repository.load('m', { config: '{}', files: { '1/model.onnx': Uint8Array.of(1) } })
    await client().repository.load('m')
    await client().repository.unload('m', { dependents: true })
    await client().repository.unload('m')
    const changes = ['load m {} 1/model.onnx:1', 'load m', 'unload m dependents', 'unload m']
    expect(grpc.services.changes).toEqual(changes)
    await expect(client().repository.load('broken')).rejects.toMatchObject({ code: 'SLP-R8' })
  })

  it('holds a session', async () => {
    const session = await client().loadModel({ model: 'm', version: '1', leaseMs: 500 })
    expect(session.info).toMatchObject({
      model: 'm',
      version: '1',
      expiresAtMs: 500,
      inputs: [{ name: 'x' }],
    })
    expect(session.info.sizeBytes).toBe(1000)
    const answer = await session.predict({ inputs, parameters: { a: 1 } })
    expect(answer).toMatchObject({ model: 'm', version: '1' })
    expect(answer.outputs.get('byte')?.data).toEqual(Uint8Array.of(1, 255))
    await session.renew(1000)
    expect(session.info.expiresAtMs).toBe(6000)
    await session.close()
    await session.close()
    await expect(session.predict({ inputs })).rejects.toMatchObject({ code: 'SLP-R16' })
  })

  it("throws the server's errors, with their codes", async () => {
    await expect(client().infer({ model: 'nobody', inputs })).rejects.toMatchObject({
      code: 'SLP-R1',
      message: expect.stringMatching(/^\[SLP-R1\] Cannot find model/),
    })
    await expect(client().modelMetadata('m', '9')).rejects.toMatchObject({ code: 'SLP-R2' })
  })

  it('refuses what the protocol cannot carry before it is sent', async () => {
    const int4 = { x: { data: Uint8Array.of(1), shape: [2], dtype: 'int4' as const } }
    await expect(client().infer({ model: 'm', inputs: int4 })).rejects.toMatchObject({ code: 'SLP-S3' })
    const wrong = { x: { data: Uint8Array.of(1), shape: [1], dtype: 'float32' as const } }
    await expect(client().infer({ model: 'm', inputs: wrong })).rejects.toMatchObject({ code: 'SLP-S3' })
    const short = { x: { data: Float32Array.of(1), shape: [2] } }
    await expect(client().infer({ model: 'm', inputs: short })).rejects.toMatchObject({ code: 'SLP-B1' })
  })

  it('says that a server cannot be reached', async () => {
    const scheme = protocol === 'rest' ? 'http' : 'grpc'
    await using lost = createClient({ url: `${scheme}://127.0.0.1:1`, retry: { tries: 2, firstDelayMs: 1 } })
    await expect(lost.serverLive()).rejects.toMatchObject({ code: 'SLP-N1' })
    await expect(lost.infer({ model: 'm', inputs })).rejects.toMatchObject({ code: 'SLP-N1' })
  })

  it('is cancelled by its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(client().infer({ model: 'm', inputs }, { signal })).rejects.toThrow('enough')
  })
})

describe('a client', () => {
  it('knows its protocol by its URL', () => {
    for (const url of ['ftp://host', 'host:8000', '']) expect(() => createClient({ url })).toThrow('SLP-R4')
  })

  it('has no streams over REST', async () => {
    const stream = clients.rest!.inferStream([])[Symbol.asyncIterator]()
    await expect(stream.next()).rejects.toMatchObject({ code: 'SLP-R9' })
  })
})
