import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GRPCInferenceService, type ModelInferResponse } from '../proto/grpc_service_pb.ts'
import { floatsOf, type GrpcFixture, grpcFixture, inferInit } from '../testing/grpc-fixture.ts'
import { grpcPeer } from '../testing/grpc-peer.ts'

const { method } = GRPCInferenceService
const answerOf = (response: ModelInferResponse) => floatsOf(response.rawOutputContents[0]!)

let given: GrpcFixture
beforeAll(async () => {
  given = await grpcFixture({ maxMessageBytes: 2 ** 20 })
})
afterAll(() => given[Symbol.asyncDispose]())

describe('ModelInfer', () => {
  it('answers raw tensors with raw tensors', async () => {
    const response = await given.peer.call(method.modelInfer, inferInit([1, 2], { id: 'a' }))
    expect(response).toMatchObject({ modelName: 'm', modelVersion: '2', id: 'a' })
    expect(response.outputs).toMatchObject([{ name: 'x', datatype: 'FP32', shape: [2n] }])
    expect(response.outputs[0]!.contents).toBeUndefined()
    expect(answerOf(response)).toEqual([1, 2])
  })

  it('answers typed tensors with raw ones, which clients read, and with typed ones where it is asked to', async () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [2n], contents: { fp32Contents: [3, 4] } }]
    const raw = await given.peer.call(method.modelInfer, { modelName: 'm', inputs })
    expect(answerOf(raw)).toEqual([3, 4])
    const parameters = {
      binary_data_output: { parameterChoice: { case: 'boolParam' as const, value: false } },
    }
    const typed = await given.peer.call(method.modelInfer, { modelName: 'm', inputs, parameters })
    expect(typed.rawOutputContents).toEqual([])
    expect(typed.outputs[0]!.contents?.fp32Contents).toEqual([3, 4])
  })

  it('carries tensors without elements', async () => {
    const response = await given.peer.call(method.modelInfer, inferInit([]))
    expect(response.rawOutputContents.map((bytes) => bytes.length)).toEqual([0])
  })

  it('goes to the version that is asked for', async () => {
    expect(await given.peer.call(method.modelInfer, inferInit([1], { modelVersion: '1' }))).toMatchObject({
      modelVersion: '1',
    })
    const unknown = given.peer.call(method.modelInfer, inferInit([1], { modelVersion: '9' }))
    await expect(unknown).rejects.toMatchObject({ code: status.NOT_FOUND })
  })

  it.each(['gzip', 'deflate'])('reads messages compressed with %s', async (encoding) => {
    const { port } = { port: given.peer.client.getChannel().getTarget().split(':').at(-1)! }
    const algorithm = encoding === 'gzip' ? 2 : 1
    using other = grpcPeer(Number(port), undefined, { 'grpc.default_compression_algorithm': algorithm })
    const values = Array.from({ length: 1000 }, (_, i) => i)
    expect(answerOf(await other.call(method.modelInfer, inferInit(values)))).toEqual(values)
  })

  it('refuses messages over the limit, also once they are decompressed', async () => {
    const port = Number(given.peer.client.getChannel().getTarget().split(':').at(-1))
    using other = grpcPeer(port, undefined, { 'grpc.default_compression_algorithm': 2 })
    for (const one of [given.peer, other]) {
      const huge = one.call(method.modelInfer, inferInit(Array(2 ** 18 + 1).fill(0)))
      await expect(huge).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED })
    }
  })
})
