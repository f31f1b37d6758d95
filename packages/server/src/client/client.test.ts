import { tensor } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type Server } from '../server.ts'
import { fakeServed, vector } from '../testing/fake-served.ts'
import { fakeServices } from '../testing/fake-services.ts'
import { echoGraph, type Fixture, repositoryWith } from '../testing/fixture.ts'
import { type GrpcFixture, grpcFixture } from '../testing/grpc-fixture.ts'
import type { Client, InferOptions } from './index.ts'
import { createClient } from './index.ts'

const dtypes = ['float32', 'int64', 'uint8', 'bool', 'string', 'float16'] as const
let fixture: Fixture
let rest: Server
let grpc: GrpcFixture
const clients: Partial<Record<'rest' | 'grpc', Client>> = {}

beforeAll(async () => {
  fixture = repositoryWith({
    'm/1/model.onnx': echoGraph(dtypes),
    'm/2/model.onnx': echoGraph(dtypes),
  })
  rest = await createServer({ repository: fixture.root })
  clients.rest = createClient({ url: await rest.listen({ port: 0 }) })
  await rest.loaded
  // The echo of the fake services has its outputs under the names of the inputs.
  const { infer } = fakeServices({}, [fakeServed('1', { inputs: [vector('x')] }), fakeServed('2')])
  grpc = await grpcFixture()
  grpc.infer = async (request, caller) => {
    const result = await infer(request, caller)
    const renamed = result.outputs.map((one) => ({ ...one, name: one.name.replace('_in', '_out') }))
    const wanted = request.outputs.map(({ name }) => name)
    return { ...result, outputs: renamed.filter(({ name }) => wanted.length === 0 || wanted.includes(name)) }
  }
  clients.grpc = createClient({ url: `grpc://localhost:${grpc.port}` })
})
afterAll(async () => {
  await clients.rest?.close()
  await clients.grpc?.close()
  await rest.close()
  await grpc[Symbol.asyncDispose]()
  fixture[Symbol.dispose]()
})

const inputs: InferOptions['inputs'] = {
  float32_in: { data: Float32Array.of(Number.NaN, -0), shape: [2] },
  int64_in: { data: BigInt64Array.of(2n ** 62n, -1n), shape: [2] },
  uint8_in: { data: Uint8Array.of(1, 255), shape: [2] },
  bool_in: { data: Uint8Array.of(1, 0), shape: [2], dtype: 'bool' },
  string_in: { data: ['ä', ''], shape: [2] },
  float16_in: tensor('float16', [0], new Uint16Array()),
}

describe.each(['rest', 'grpc'] as const)('a client over %s', (protocol) => {
  const client = () => clients[protocol]!

  it('carries tensors of all kinds both ways', async () => {
    const answer = await client().infer({ model: 'm', id: 'a', inputs })
    expect(answer).toMatchObject({ model: 'm', version: '2', id: 'a' })
    expect(answer.outputs).toEqual(
      new Map(
        Object.entries({
          float32_out: tensor('float32', [2], Float32Array.of(Number.NaN, -0)),
          int64_out: tensor('int64', [2], BigInt64Array.of(2n ** 62n, -1n)),
          uint8_out: tensor('uint8', [2], Uint8Array.of(1, 255)),
          bool_out: tensor('bool', [2], Uint8Array.of(1, 0)),
          string_out: tensor('string', [2], ['ä', '']),
          float16_out: tensor('float16', [0], new Uint16Array()),
        }),
      ),
    )
  })

  it('asks for a version and for some outputs', async () => {
    const answer = await client().infer({ model: 'm', version: '1', inputs, outputs: ['uint8_out'] })
    expect(answer.version).toBe('1')
    expect([...answer.outputs.keys()]).toEqual(['uint8_out'])
  })

  it('tells of server and models', async () => {
    expect(await client().serverLive()).toBe(true)
    expect(await client().serverReady()).toBe(true)
    expect(await client().modelReady('m')).toBe(true)
    expect(await client().modelReady('m', '1')).toBe(true)
    expect(await client().modelReady('nobody')).toBe(false)
    expect(await client().serverMetadata()).toMatchObject({ name: 'slipway' })
    const { name, versions, inputs: described } = await client().modelMetadata('m')
    expect({ name, versions }).toEqual({ name: 'm', versions: ['1', '2'] })
    expect(described[0]).toMatchObject({ datatype: 'FP32', shape: [-1] })
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
