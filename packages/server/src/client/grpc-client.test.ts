import { SlipwayError } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../contract/caller.ts'
import { hasOpenssl, makeCertificates } from '../testing/certificates.ts'
import { grpcFixture } from '../testing/grpc-fixture.ts'
import { createClient } from './client.ts'
import type { InferOptions, StreamAnswer } from './types.ts'

const one: InferOptions = { model: 'm', inputs: { x: { data: Float32Array.of(1), shape: [1] } } }
const retry = { firstDelayMs: 1 }

describe('a client over gRPC', () => {
  it('reads the configuration of a model', async () => {
    await using given = await grpcFixture()
    await using client = createClient({ url: `grpc://localhost:${given.port}` })
    expect((await client.modelConfig('m')).name).toBe('m')
  })

  it('sends its proofs, parameters and deadline', async () => {
    await using given = await grpcFixture()
    let parameters: unknown
    given.infer = (request, caller) => {
      parameters = [...request.parameters, ...request.outputs.flatMap((output) => [...output.parameters])]
      return given.echo(request, caller)
    }
    const url = `grpc://localhost:${given.port}`
    await using client = createClient({
      url,
      token: 't',
      apiKey: 'k',
      headers: { a: '1' },
      deadlineMs: 60_000,
    })
    const request = {
      ...one,
      parameters: { priority: 2n ** 63n, text: 'x', half: 0.5, yes: true },
      outputs: ['y'],
      classification: { y: 3 },
    }
    await client.infer(request, { headers: { b: '2' } })
    const { header, deadlineMs } = given.caller
    expect(['authorization', 'x-api-key', 'a', 'b'].map(header)).toEqual(['Bearer t', 'k', '1', '2'])
    expect(deadlineMs! - performance.now()).toBeGreaterThan(0)
    expect(parameters).toEqual([
      ['priority', 2n ** 63n],
      ['text', 'x'],
      ['half', 0.5],
      ['yes', true],
      ['classification', 3],
    ])
  })

  it('tries again what the server has not done, and nothing else', async () => {
    await using given = await grpcFixture()
    await using client = createClient({ url: `grpc://localhost:${given.port}`, retry })
    for (const [code, tries] of [
      ['SLP-R11', 3],
      ['SLP-R7', 3],
      ['SLP-S8', 1],
      ['SLP-R17', 1],
    ] as const) {
      let asked = 0
      given.infer = (request, caller) => {
        asked++
        if (asked < 3) throw new SlipwayError(code, 'Cannot run')
        return given.echo(request, caller)
      }
      await client.infer(one).catch((error: unknown) => expect(error).toMatchObject({ code }))
      expect(asked, code).toBe(tries)
    }
  })

  it('gives up at its deadline, over all tries', async () => {
    await using given = await grpcFixture()
    await using client = createClient({ url: `grpc://localhost:${given.port}`, retry, deadlineMs: 200 })
    given.infer = () => new Promise(() => {})
    await expect(client.infer(one)).rejects.toMatchObject({ code: 'SLP-R20' })
  })

  it('is cancelled while the server works, which then stops', async () => {
    await using given = await grpcFixture()
    await using client = createClient({ url: `grpc://localhost:${given.port}` })
    const going = new AbortController()
    const stopped = new Promise<Caller>((resolve) => {
      given.infer = (_request, caller) => {
        caller.signal.addEventListener('abort', () => resolve(caller))
        going.abort(new Error('enough'))
        return new Promise(() => {})
      }
    })
    await expect(client.infer(one, { signal: going.signal })).rejects.toThrow('enough')
    expect((await stopped).signal.aborted).toBe(true)
  })

  it.runIf(hasOpenssl())('trusts and is trusted by certificates', async () => {
    const { authority, server, client: identity } = makeCertificates()
    await using given = await grpcFixture({ tls: { ...server, clientCa: authority.cert } })
    const url = `grpcs://localhost:${given.port}`
    await using client = createClient({ url, tls: { ca: authority.cert, ...identity } })
    expect(await client.serverLive()).toBe(true)
    await using stranger = createClient({ url, tls: { ca: authority.cert }, retry: { tries: 1 } })
    await expect(stranger.serverLive()).rejects.toMatchObject({ code: 'SLP-N1' })
  })
})

describe('a stream', () => {
  it('answers each request in order, its error as well', async () => {
    await using given = await grpcFixture()
    await using client = createClient({ url: `grpc://localhost:${given.port}` })
    const requests = [one, { ...one, id: 'b', model: 'nobody' }, { ...one, id: 'c' }]
    const answers: StreamAnswer[] = []
    for await (const answer of client.inferStream(requests)) answers.push(answer)
    expect(answers).toMatchObject([
      { answer: { model: 'm' } },
      { id: 'b', error: { code: 'SLP-R1' } },
      { answer: { id: 'c' } },
    ])
  })

  it('throws what its requests throw, and the reason of its signal', async () => {
    await using given = await grpcFixture()
    await using client = createClient({ url: `grpc://localhost:${given.port}` })
    async function* breaking() {
      yield one
      throw new Error('no more')
    }
    const readAll = async (stream: AsyncIterable<StreamAnswer>) => {
      for await (const answer of stream) expect(answer.answer?.model).toBe('m')
    }
    await expect(readAll(client.inferStream(breaking()))).rejects.toThrow('no more')
    const going = new AbortController()
    given.infer = () => {
      going.abort(new Error('enough'))
      return new Promise(() => {})
    }
    await expect(readAll(client.inferStream([one], { signal: going.signal }))).rejects.toThrow('enough')
  })

  it('ends where nobody reads on', async () => {
    await using given = await grpcFixture()
    await using client = createClient({ url: `grpc://localhost:${given.port}` })
    async function* endless() {
      for (;;) {
        yield one
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    for await (const { answer } of client.inferStream(endless())) {
      expect(answer?.model).toBe('m')
      break
    }
    expect(await client.serverLive()).toBe(true)
  })
})
