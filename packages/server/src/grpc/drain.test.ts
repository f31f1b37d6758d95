import { status } from '@grpc/grpc-js'
import { SlipwayError } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { Infer } from '../contract/services.ts'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { floatsOf, type GrpcFixture, grpcFixture, inferInit } from '../testing/grpc-fixture.ts'

const { method } = GRPCInferenceService

/** Sets the answer to inferences; resolves once one has begun. */
function begins(given: GrpcFixture, infer: Infer): Promise<void> {
  return new Promise((begin) => {
    given.infer = (request, caller) => {
      begin()
      return infer(request, caller)
    }
  })
}

describe('closing', () => {
  it('lets calls under way end, and takes no others', async () => {
    await using given = await grpcFixture()
    const { promise: released, resolve: release } = withResolvers()
    const begun = begins(given, async (request, caller) => {
      await released
      return given.echo(request, caller)
    })
    const call = given.peer.call(method.modelInfer, inferInit([1]))
    await begun
    const closed = given.server.close()
    const late = given.peer.call(method.modelInfer, inferInit([2]))
    await expect(late).rejects.toMatchObject({ code: status.UNAVAILABLE })
    release()
    expect(floatsOf((await call).rawOutputContents[0]!)).toEqual([1])
    await closed
  })

  it('stops calls that do not end, with its reason', async () => {
    await using given = await grpcFixture()
    const begun = begins(
      given,
      (_request, { signal }) =>
        new Promise((_resolve, reject) => {
          const stop = () => reject(new SlipwayError('SLP-S7', 'Cannot finish run', { cause: signal.reason }))
          signal.addEventListener('abort', stop)
        }),
    )
    const call = given.peer.call(method.modelInfer, inferInit([1]))
    const refused = expect(call).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('SLP-R7'),
    })
    await begun
    await given.server.close({ graceMs: 10 })
    await refused
  })

  it('does not wait for ever for calls that ignore it', async () => {
    await using given = await grpcFixture()
    const begun = begins(given, () => new Promise(() => {}))
    const lost = expect(given.peer.call(method.modelInfer, inferInit([1]))).rejects.toThrow()
    await begun
    await given.server.close({ graceMs: 10 })
    await lost
  })

  it('ends streams that wait for nothing, after what is under way on them', async () => {
    await using given = await grpcFixture()
    const { promise: released, resolve: release } = withResolvers()
    const begun = begins(given, async (request, caller) => {
      await released
      return given.echo(request, caller)
    })
    const [idle, busy] = [
      given.peer.stream(method.modelStreamInfer),
      given.peer.stream(method.modelStreamInfer),
    ]
    const ends = [idle, busy].map((stream) => new Promise<unknown>((resolve) => stream.on('error', resolve)))
    const answers: unknown[] = []
    busy.on('data', (answer) => answers.push(answer))
    idle.on('data', () => {})
    busy.write(inferInit([1], { id: 'last' }))
    await begun
    const closed = given.server.close()
    expect(await ends[0]).toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('SLP-R7'),
    })
    release()
    expect(await ends[1]).toMatchObject({ code: status.UNAVAILABLE })
    expect(answers).toMatchObject([{ inferResponse: { id: 'last' } }])
    await closed
  })

  it('may be asked for twice, and without ever having listened', async () => {
    await using given = await grpcFixture()
    expect(given.server.close()).toBe(given.server.close())
    await given.server.close()
  })
})

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
