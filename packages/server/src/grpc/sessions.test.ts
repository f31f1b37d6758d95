import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { SessionService } from '../proto/sessions_pb.ts'
import { floatsOf, grpcFixture, inferInit } from '../testing/grpc-fixture.ts'

const { method } = SessionService

describe('sessions', () => {
  it('hold a version, predict with it, and end', async () => {
    await using given = await grpcFixture()
    const { peer } = given
    const { session } = await peer.call(method.loadModel, { modelId: 'm', version: '1', leaseMs: 500n })
    expect(session).toMatchObject({
      modelId: 'm',
      version: '1',
      device: 'cpu',
      expiresAtMs: 500n,
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1n] }],
      outputs: [{ name: 'y' }],
      sizeBytes: 1000n,
    })
    const { handle } = session!
    const answer = await peer.call(method.predict, { handle, request: inferInit([1, 2], { modelName: '' }) })
    expect(answer).toMatchObject({ modelName: 'm', modelVersion: '1' })
    expect(floatsOf(answer.rawOutputContents[0]!)).toEqual([1, 2])
    expect(await peer.call(method.renewSession, { handle })).toMatchObject({
      session: { expiresAtMs: 6000n },
    })
    expect((await peer.call(method.listSessions, {})).sessions).toMatchObject([{ handle }])
    await peer.call(method.closeSession, { handle })
    expect((await peer.call(method.listSessions, {})).sessions).toEqual([])
    const late = peer.call(method.predict, { handle, request: inferInit([1]) })
    await expect(late).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: expect.stringContaining('SLP-R16'),
    })
  })

  it('refuse what nobody can hold', async () => {
    await using given = await grpcFixture()
    const unknown = given.peer.call(method.loadModel, { modelId: 'nobody' })
    await expect(unknown).rejects.toMatchObject({ code: status.NOT_FOUND })
    const long = given.peer.call(method.loadModel, { modelId: 'm', leaseMs: 2n ** 63n })
    await expect(long).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    const empty = given.peer.call(method.predict, { handle: 'h0' })
    await expect(empty).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
  })
})
