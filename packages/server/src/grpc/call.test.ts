import { status } from '@grpc/grpc-js'
import { trace } from '@opentelemetry/api'
import { SlipwayError } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { type GrpcFixture, grpcFixture, inferInit } from '../testing/grpc-fixture.ts'

const { method } = GRPCInferenceService

let given: GrpcFixture
beforeAll(async () => {
  given = await grpcFixture()
})
afterAll(() => given[Symbol.asyncDispose]())

/** Runs while inferences fail. */
async function failing<T>(error: Error, run: () => Promise<T>): Promise<T> {
  given.infer = () => Promise.reject(error)
  try {
    return await run()
  } finally {
    given.infer = undefined
  }
}

describe('errors', () => {
  it('have the status and the text of their code', async () => {
    const unknown = given.peer.call(method.modelInfer, inferInit([1], { modelName: 'nobody' }))
    await expect(unknown).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: expect.stringMatching(/^\[SLP-R1\] Cannot find model: .*"nobody"/),
    })
    const malformed = given.peer.call(
      method.modelInfer,
      inferInit([1], { rawInputContents: [Buffer.alloc(3)] }),
    )
    await expect(malformed).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
  })

  it('say INVALID_ARGUMENT for bytes that are no message, on the hot path and off it', async () => {
    for (const path of ['ModelInfer', 'ModelReady', 'ModelStatistics']) {
      const call = new Promise((resolve, reject) =>
        given.peer.client.makeUnaryRequest(
          `/inference.GRPCInferenceService/${path}`,
          (bytes: Buffer) => bytes,
          (bytes) => bytes,
          Buffer.of(0x0a, 200),
          (error, value) => (error ? reject(error) : resolve(value)),
        ),
      )
      await expect(call).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    }
  })

  it('say when to come back', async () => {
    const limit = new SlipwayError('SLP-R10', 'Cannot run', { retryAfterMs: 1500 })
    const refused = await failing(limit, () =>
      given.peer.call(method.modelInfer, inferInit([1])).catch((error: unknown) => error),
    )
    expect(refused).toMatchObject({ code: status.RESOURCE_EXHAUSTED })
    const { metadata } = refused as { metadata: { get(name: string): unknown[] } } // a ServiceError
    expect(metadata.get('retry-after')).toEqual(['2'])
    expect(metadata.get('grpc-retry-pushback-ms')).toEqual(['1500'])
  })

  it('keep what nobody foresaw to the server', async () => {
    const bug = new Error('secret /etc/passwd')
    const failed = failing(bug, () => given.peer.call(method.modelInfer, inferInit([1])))
    await expect(failed).rejects.toMatchObject({ code: status.INTERNAL, details: 'Internal Server Error' })
    const alert = given.services.events.at(-1)
    expect(alert).toMatchObject({ kind: 'alert', error: bug })
    expect(alert).toMatchObject({ message: expect.not.stringContaining('secret') })
  })

  it('survive text that no trailer can carry', async () => {
    const cut = new SlipwayError('SLP-R4', `Cannot read \ud83d ä % \n ${'x'.repeat(100_000)}`)
    const failed = failing(cut, () => given.peer.call(method.modelInfer, inferInit([1])))
    await expect(failed).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('ä % \n xxx'),
    })
  })

  it('say UNIMPLEMENTED for shared memory and for what nobody has', async () => {
    for (const name of ['SystemSharedMemoryStatus', 'CudaSharedMemoryRegister', 'Nothing']) {
      const path = `/inference.GRPCInferenceService/${name}`
      await expect(given.peer.call(method.serverLive, {}, { path })).rejects.toMatchObject({
        code: status.UNIMPLEMENTED,
      })
    }
  })
})

describe('a caller', () => {
  it('is known by metadata, trace and deadline', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await given.peer.call(method.modelInfer, inferInit([1]), {
      metadata: { traceparent, 'x-key': 'k' },
      options: { deadline: Date.now() + 60_000 },
    })
    expect(given.caller.protocol).toBe('grpc')
    expect(given.caller.header('x-key')).toBe('k')
    expect(given.caller.header('x-other')).toBeUndefined()
    expect(trace.getSpanContext(given.caller.trace)?.traceId).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(given.caller.deadlineMs! - performance.now()).toBeGreaterThan(30_000)
    expect(given.caller.deadlineMs! - performance.now()).toBeLessThan(60_001)
    expect(given.caller.signal.aborted).toBe(false)
    await given.peer.call(method.modelInfer, inferInit([1]))
    expect(given.caller.deadlineMs).toBeUndefined()
    expect(trace.getSpanContext(given.caller.trace)).toBeUndefined()
  })

  it('stops its run by going away', async () => {
    const going = new AbortController()
    const reason = new Promise((resolve) => {
      given.infer = (_request, { signal }) => {
        signal.addEventListener('abort', () => resolve(signal.reason))
        going.abort()
        return new Promise(() => {})
      }
    })
    const call = given.peer.call(method.modelInfer, inferInit([1]), { signal: going.signal })
    await expect(call).rejects.toMatchObject({ code: status.CANCELLED })
    expect(await reason).toMatchObject({ message: 'the client went away' })
    given.infer = undefined
  })

  it('stops its run by its deadline', async () => {
    const reason = new Promise((resolve) => {
      given.infer = (_request, { signal }) => {
        signal.addEventListener('abort', () => resolve(signal.reason))
        return new Promise(() => {})
      }
    })
    const call = given.peer.call(method.modelInfer, inferInit([1]), {
      options: { deadline: Date.now() + 300 },
    })
    await expect(call).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED })
    // Which side sees it first is open: the client also cancels.
    expect(['the client went away', expect.stringContaining('SLP-R20')]).toContainEqual(
      ((await reason) as Error).message, // what the server aborts with
    )
    given.infer = undefined
  })

  it('is not aborted after its answer', async () => {
    await given.peer.call(method.modelInfer, inferInit([1]))
    const { signal } = given.caller
    await new Promise((resolve) => setImmediate(resolve))
    expect(signal.aborted).toBe(false)
  })
})
