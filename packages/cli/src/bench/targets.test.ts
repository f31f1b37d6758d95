import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { openTarget } from './open-target.ts'
import type { Failure, Send } from './send.ts'
import type { NamedTensor, Target, TargetOptions } from './target.ts'
import { type Behaviour, type FakeServer, fakeGrpc, fakeRest } from './testing/fake-server.ts'

const image: NamedTensor = {
  name: 'image',
  datatype: 'FP32',
  tensor: tensor('float32', [1, 3], Float32Array.of(1, -2, 0.5)),
}
const mask: NamedTensor = {
  name: 'mask',
  datatype: 'INT64',
  tensor: tensor('int64', [2], BigInt64Array.of(-1n, 2n ** 60n)),
}
const words: NamedTensor = { name: 'words', datatype: 'BYTES', tensor: tensor('string', [2], ['ab', 'é']) }
const fakeModel = { name: 'fake', version: undefined }

const outcomeOf = (send: Send, index = 0) =>
  new Promise<Failure | undefined>((resolve) => send(index, resolve))

const kinds: readonly [
  name: Target['protocol'],
  fake: (behaviour: Behaviour, port?: number) => Promise<FakeServer>,
][] = [
  ['REST', fakeRest],
  ['gRPC', fakeGrpc],
]

describe.each(kinds)('over %s', (name, fake) => {
  const make = (options: Omit<TargetOptions, 'protocol' | 'tls'>) =>
    openTarget({ ...options, protocol: name, tls: {} })

  async function withServer(
    behaviour: Partial<Behaviour>,
    test: (target: Target, server: FakeServer) => Promise<void>,
  ) {
    await using server = await fake({ answer: () => ({}), ...behaviour })
    const target = make({ url: new URL(server.url), connections: 2, headers: { 'x-test': 'yes' } })
    try {
      await test(target, server)
    } finally {
      await target.close()
    }
  }

  it('a server says what it is and has', () =>
    withServer({ models: ['fake', 'other', 'fake'] }, async (target) => {
      expect(target.protocol).toBe(name)
      expect([await target.live(), await target.ready()]).toEqual([true, true])
      expect(await target.models()).toEqual(['fake', 'other'])
      expect(await target.inputs({ name: 'fake', version: '1' })).toEqual([
        { name: 'image', datatype: 'FP32', shape: [-1, 3] },
        { name: 'mask', datatype: 'INT64', shape: [2] },
      ])
    }))

  it('a server gets the bytes of all tensors, and the variants in turn', () =>
    withServer({}, async (target, { seen }) => {
      const { send, requestBytes } = target.load({ name: 'fake', version: '7' }, [
        [image, mask, words],
        [mask],
      ])
      for (const index of [0, 1, 2]) expect(await outcomeOf(send, index)).toBeUndefined()
      expect(requestBytes).toBeGreaterThan(40)
      expect(seen.map(({ header }) => header)).toEqual(['yes', 'yes', 'yes'])
      expect(seen.map(({ blobs }) => blobs.length)).toEqual([3, 1, 3])
      const [pixels, flags, texts] = seen[0]!.blobs.map((blob) => new Uint8Array(blob).buffer)
      expect(new Float32Array(pixels!)).toEqual(image.tensor.data)
      expect(new BigInt64Array(flags!)).toEqual(mask.tensor.data)
      expect(Buffer.from(texts!).toString('latin1')).toBe(
        `\x02\0\0\0ab\x02\0\0\0${Buffer.from('é').toString('latin1')}`,
      )
      const described = [
        { name: 'image', datatype: 'FP32', shape: [1, 3] },
        { name: 'mask', datatype: 'INT64', shape: [2] },
        { name: 'words', datatype: 'BYTES', shape: [2] },
      ]
      expect(seen[0]!.request).toMatchObject({ inputs: described })
      if (name === 'REST') expect(seen[0]!.path).toBe('/v2/models/fake/versions/7/infer')
      else expect(seen[0]!.request).toMatchObject({ model_name: 'fake', model_version: '7' })
    }))

  it('an error has a code and what the server said', () =>
    withServer({ answer: () => ({ failure: name === 'REST' ? 503 : 14 }) }, async (target) => {
      const failure = await outcomeOf(target.load(fakeModel, [[image]]).send)
      expect(failure).toEqual(
        name === 'REST'
          ? { code: '503', text: '{"error":"failed with 503"}' }
          : { code: 'UNAVAILABLE', text: 'failed with 14, é' },
      )
    }))

  it('an error whose text is not encoded as it should be still has its code', async () => {
    if (name !== 'gRPC') return
    const server = createServer().on('stream', (stream) => {
      stream.respond(
        { ':status': 200, 'grpc-status': '8', 'grpc-message': '100 % full' },
        { endStream: true },
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // it listens on a port
    const target = make({ url: new URL(`grpc://127.0.0.1:${port}`), connections: 1, headers: {} })
    const failure = await outcomeOf(target.load(fakeModel, [[image]]).send)
    expect(failure).toEqual({ code: 'RESOURCE_EXHAUSTED', text: '100 % full' })
    await target.close()
    await new Promise((resolve) => server.close(resolve))
  })

  it('many requests at once all get their answer', () =>
    withServer({ answer: (i) => ({ afterMs: i % 7 }) }, async (target, { seen }) => {
      const { send } = target.load(fakeModel, [[image]])
      const outcomes = await Promise.all(Array.from({ length: 200 }, (_, i) => outcomeOf(send, i)))
      expect(outcomes.filter(Boolean)).toEqual([])
      expect(seen.length).toBe(200)
    }))

  it('a request that is taken back frees its place', () =>
    withServer({ answer: (i) => ({ afterMs: i < 2 ? 60_000 : 0 }) }, async (target) => {
      const { send } = target.load(fakeModel, [[image]])
      const ended: (Failure | undefined)[] = []
      const cancels = [0, 1].map((i) => send(i, (failure) => ended.push(failure)))
      await new Promise((resolve) => setTimeout(resolve, 50))
      for (const cancel of cancels) cancel()
      // Both connections were taken; without the end of those requests this one waits for a minute.
      expect(await outcomeOf(send, 2)).toBeUndefined()
      expect(ended).not.toContain(undefined)
    }))

  it('nobody who listens is an error with its code', async () => {
    const url = await (async () => {
      await using gone = await fake({ answer: () => ({}) })
      return new URL(gone.url)
    })()
    const target = make({ url, connections: 1, headers: {} })
    const { send } = target.load(fakeModel, [[image]])
    expect([await target.live(), await target.ready()]).toEqual([false, false])
    expect((await outcomeOf(send))?.code).toBe('ECONNREFUSED')
    expect((await outcomeOf(send))?.code).toBe('ECONNREFUSED')
    await expect(target.models()).rejects.toThrow(/Cannot reach server.*ECONNREFUSED/)
    await target.close()
  })

  it('a server that comes back is found again', async () => {
    const behaviour = { answer: () => ({}) }
    const first = await fake(behaviour)
    const url = new URL(first.url)
    const target = make({ url, connections: 1, headers: {} })
    const { send } = target.load(fakeModel, [[image]])
    expect(await outcomeOf(send)).toBeUndefined()
    await first[Symbol.asyncDispose]()
    await using _second = await fake(behaviour, Number(url.port))
    // The first may still go to the connection that has just been closed.
    await outcomeOf(send)
    expect(await outcomeOf(send)).toBeUndefined()
    await target.close()
  })

  it('a model that is unknown is an error with the answer', () =>
    withServer({}, async (target) => {
      if (name !== 'REST') return
      await expect(target.inputs({ name: 'other', version: undefined })).rejects.toThrow(
        /\[SLP-R1\].*nothing at/,
      )
    }))
})
