import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeOnnx } from '@slipway/core'
import { readModelFile } from '@slipway/core/node'
import { afterEach, describe, expect, it } from 'vitest'
import { pairGraph } from '../testing/fixture.ts'
import { type S3Server, s3Server } from '../testing/s3-server.ts'
import { parseS3Url, s3OptionsOf } from './s3-options.ts'
import { s3Source } from './s3-source.ts'
import type { S3StoreOptions } from './s3-store.ts'

const old = Date.now() - 3_600_000
const model = writeOnnx(pairGraph('Add'))
const pauses: number[] = []
const open: S3Server[] = []

async function serve(options: { pageSize?: number } = {}) {
  const server = await s3Server(options)
  open.push(server)
  const sourceOf = (more: Partial<S3StoreOptions> & { modelName?: string; settleMs?: number } = {}) =>
    s3Source({
      ...server.options,
      retry: { sleep: async (ms) => void pauses.push(ms), random: () => 1 },
      ...more,
    })
  return { server, sourceOf }
}

afterEach(async () => {
  pauses.length = 0
  for (const server of open.splice(0)) await server[Symbol.asyncDispose]()
})

describe('a source in an S3-compatible store', () => {
  it('finds models over several pages, in order', async () => {
    const { server, sourceOf } = await serve({ pageSize: 2 })
    for (const key of [
      'b/1/model.onnx',
      'a/2/model.onnx',
      'a/10/model.onnx',
      'a/config.pbtxt',
      'a/3/.model.onnx.x1',
      'readme.txt',
    ])
      server.put(key, model, old)
    const found = await sourceOf().list()
    expect(found.map(({ name, versions }) => [name, versions.map(({ version }) => version)])).toEqual([
      ['a', ['2', '10']],
      ['b', ['1']],
    ])
    expect(
      found.every(({ configSettled, versions }) => configSettled && versions.every(({ settled }) => settled)),
    ).toBe(true)
    expect(server.requests.length).toBe(3)
  })

  it('looks at one model only', async () => {
    const { server, sourceOf } = await serve()
    server.put('ab/1/model.onnx', model, old)
    server.put('a/1/model.onnx', model, old)
    const source = sourceOf()
    expect((await source.find('a'))?.versions.length).toBe(1)
    expect(server.requests[0]).toContain('prefix=a%2F')
    expect(await source.find('c')).toBeUndefined()
    await expect(source.find('../a')).rejects.toMatchObject({ code: 'SLP-R4' })
  })

  it('changes a fingerprint with a tag, and only that of the version', async () => {
    const { server, sourceOf } = await serve()
    server.put('a/1/model.onnx', 'one', old)
    server.put('a/2/model.onnx', 'two', old)
    server.put('a/config.pbtxt', '', old)
    const source = sourceOf()
    const before = (await source.find('a'))!
    server.put('a/2/model.onnx', 'new', old)
    const after = (await source.find('a'))!
    expect(after.versions[0]!.fingerprint).toBe(before.versions[0]!.fingerprint)
    expect(after.versions[1]!.fingerprint).not.toBe(before.versions[1]!.fingerprint)
    expect(after.configFingerprint).toBe(before.configFingerprint)
  })

  it('does not settle what is new, by the clock of the store', async () => {
    const { server, sourceOf } = await serve()
    server.put('a/1/model.onnx', 'one', Date.now())
    expect((await sourceOf({ settleMs: 60_000 }).find('a'))?.versions[0]?.settled).toBe(false)
    // Ten minutes ahead of the store, nothing of it looks older than it is.
    const nowMs = () => Date.now() + 600_000
    expect((await sourceOf({ settleMs: 60_000, nowMs }).find('a'))?.versions[0]?.settled).toBe(false)
  })

  it('opens a version with its external data, and removes the copy', async () => {
    const { server, sourceOf } = await serve()
    server.put('p/a b/1/x', 'no model of this source', old)
    server.put('p/a/1/model.onnx/model.onnx', model, old)
    server.put("p/a/1/model.onnx/data+1 (ü)*'.bin", 'weights', old)
    const source = sourceOf({ location: { ...server.options.location, prefix: 'p/' } })
    const opened = await source.open('a', '1')
    expect(opened.sizeBytes).toBe(model.length + 7)
    expect(readdirSync(dirname(opened.path)).sort()).toEqual(["data+1 (ü)*'.bin", 'model.onnx'])
    expect(readModelFile(opened.path).graph.nodes.length).toBe(1)
    await opened[Symbol.asyncDispose]()
    expect(existsSync(opened.path)).toBe(false)
  })

  it('reads configuration and other files of a model', async () => {
    const { server, sourceOf } = await serve()
    server.put('a/1/model.onnx', model, old)
    server.put('a/config.pbtxt', 'max_batch_size: 2', old)
    server.put('a/labels.txt', 'cat\ndog\n', old)
    const source = sourceOf()
    expect(await source.readConfig('a')).toEqual({ pbtxt: 'max_batch_size: 2', yaml: undefined })
    expect(Buffer.from(await source.readFile('a', 'labels.txt')).toString()).toBe('cat\ndog\n')
    await expect(source.readFile('a', 'other.txt')).rejects.toMatchObject({ code: 'SLP-R8' })
    await expect(source.readFile('a', '../b/labels.txt')).rejects.toMatchObject({ code: 'SLP-R8' })
  })

  it('takes one model without a name, flat or with versions', async () => {
    const flat = await serve()
    flat.server.put('squeezenet.onnx', model, old)
    flat.server.put('slipway.yaml', '', old)
    const source = flat.sourceOf({ modelName: 'net' })
    expect(await source.list()).toMatchObject([
      { name: 'net', versions: [{ version: '1', problem: undefined }] },
    ])
    expect((await source.readConfig('net')).yaml).toBe('')
    await using opened = await source.open('net', '1')
    expect(opened.path.endsWith('squeezenet.onnx')).toBe(true)
    const versioned = await serve()
    versioned.server.put('4/model.onnx', model, old)
    expect(await versioned.sourceOf({ modelName: 'net' }).list()).toMatchObject([
      { name: 'net', versions: [{ version: '4' }] },
    ])
  })

  it.each([[[{ status: 503 }, { status: 500 }]], [[{ status: 429 }]]] as const)(
    'tries again after %j, with longer and longer pauses',
    async (faults) => {
      const { server, sourceOf } = await serve()
      server.put('a/1/model.onnx', model, old)
      server.faults.push(...faults)
      expect((await sourceOf().list()).length).toBe(1)
      expect(pauses).toEqual([200, 400].slice(0, faults.length))
    },
  )

  it('tries again where the answer stops in its middle, and where nothing comes', async () => {
    const { server, sourceOf } = await serve()
    server.put('a/1/model.onnx', model, old)
    const source = sourceOf({ timeoutMs: 200 })
    await source.list()
    const list = { cutAfter: 0 }
    server.faults.push('silence', list, { cutAfter: 20 })
    await using opened = await source.open('a', '1')
    expect(readModelFile(opened.path).graph.nodes.length).toBe(1)
    expect(pauses.length).toBeGreaterThanOrEqual(2)
  })

  it('gives up after five tries and says why, without an address', async () => {
    const { server, sourceOf } = await serve()
    server.faults.push(...Array.from({ length: 9 }, () => ({ status: 503 })))
    const error: Error = await sourceOf()
      .list()
      .then(
        () => expect.fail('listed'),
        (reason) => reason,
      )
    expect(error).toMatchObject({ code: 'SLP-F8' })
    expect(error.message).toContain('503 SlowDown')
    expect(error.message).not.toContain('127.0.0.1')
    expect(pauses).toEqual([200, 400, 800, 1600])
  })

  it('does not try again what is refused', async () => {
    const { server, sourceOf } = await serve()
    await expect(sourceOf({ credentials: undefined }).list()).rejects.toThrow('403 AccessDenied')
    await expect(
      sourceOf({ credentials: { accessKeyId: 'WRONG', secretAccessKey: 'x' } }).list(),
    ).rejects.toThrow('Check the credentials')
    await expect(
      sourceOf({ location: { ...server.options.location, bucket: 'other' } }).list(),
    ).rejects.toThrow('NoSuchBucket')
    expect(pauses).toEqual([])
  })

  it('refuses a version that takes too much room, until others give theirs back', async () => {
    const { server, sourceOf } = await serve()
    server.put('a/1/model.onnx', model, old)
    server.put('b/1/model.onnx', model, old)
    const source = sourceOf({ mostLocalBytes: model.length + 10 })
    {
      await using _first = await source.open('a', '1')
      await expect(source.open('b', '1')).rejects.toMatchObject({ code: 'SLP-L1' })
    }
    await using second = await source.open('b', '1')
    expect(second.sizeBytes).toBe(model.length)
  })

  it('refuses an object that was replaced after it was listed, by one as large', async () => {
    const { server, sourceOf } = await serve()
    server.put('a/1/model.onnx', 'old', old)
    server.onRequest = (path) => {
      if (path.endsWith('model.onnx')) server.put('a/1/model.onnx', 'new', old)
    }
    await expect(sourceOf().open('a', '1')).rejects.toThrow('must be the object that was listed, got another')
  })
})

describe('the address of a bucket', () => {
  it.each([
    ['s3://b', { bucket: 'b', prefix: '', endpoint: undefined }],
    ['s3://b/p/q/', { bucket: 'b', prefix: 'p/q/', endpoint: undefined }],
    ['s3://http://h:9000/b/p', { bucket: 'b', prefix: 'p/', endpoint: 'http://h:9000' }],
    ['s3://https://minio.local/b', { bucket: 'b', prefix: '', endpoint: 'https://minio.local' }],
    ['s3://h:9000/b', { bucket: 'b', prefix: '', endpoint: 'https://h:9000' }],
  ])('%s', (url, location) => expect(parseS3Url(url)).toEqual(location))

  it.each(['s3://', 's3:///b', 's3://b?x=1', 'http://b', 's3://h:9000/'])('refuses %s', (url) =>
    expect(() => parseS3Url(url)).toThrow('SLP-R8'),
  )

  it('takes the rest from the environment', () => {
    const environment = {
      AWS_ACCESS_KEY_ID: 'K',
      AWS_SECRET_ACCESS_KEY: 'S',
      AWS_SESSION_TOKEN: 'T',
      AWS_REGION: 'r',
      AWS_ENDPOINT_URL: 'http://h:1',
    }
    expect(s3OptionsOf('s3://b', environment)).toEqual({
      location: { bucket: 'b', prefix: '', endpoint: 'http://h:1' },
      region: 'r',
      pathStyle: true,
      credentials: { accessKeyId: 'K', secretAccessKey: 'S', sessionToken: 'T' },
    })
    expect(s3OptionsOf('s3://b', {})).toMatchObject({
      region: 'us-east-1',
      pathStyle: false,
      credentials: undefined,
    })
  })
})
