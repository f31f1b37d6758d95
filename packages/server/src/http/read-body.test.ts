import { Readable } from 'node:stream'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readBody } from './read-body.ts'

const limit = 1000

/** A body in chunks unless the headers say more. */
const bodyOf = (stream: Readable, headers = {}) =>
  Object.assign(stream, { headers: { 'transfer-encoding': 'chunked', ...headers } })

const read = (chunks: readonly Uint8Array[], headers = {}, bytes = limit) =>
  readBody(bodyOf(Readable.from(chunks), headers), bytes, new AbortController().signal)

describe('readBody', () => {
  it('joins chunks', async () => {
    expect(await read([Buffer.from('ab'), Buffer.from('c')])).toEqual(Buffer.from('abc'))
  })

  it.each([
    ['gzip', gzipSync('text')],
    ['x-gzip', gzipSync('text')],
    ['deflate', deflateSync('text')],
    [' GZIP ', gzipSync('text')],
    ['identity', Buffer.from('text')],
  ])('decodes %s', async (encoding, bytes) => {
    expect(Buffer.from(await read([bytes], { 'content-encoding': encoding })).toString()).toBe('text')
  })

  it.each([
    ['an announced length over the limit', [], { 'content-length': '1001' }, 'SLP-R5'],
    ['a body over the limit', [Buffer.alloc(600), Buffer.alloc(600)], {}, 'SLP-R5'],
    [
      'a body over the limit once decompressed',
      [gzipSync(Buffer.alloc(2000))],
      { 'content-encoding': 'gzip' },
      'SLP-R5',
    ],
    ['broken gzip', [Buffer.from('text')], { 'content-encoding': 'gzip' }, 'SLP-R4'],
    ['half a gzip', [gzipSync('text').subarray(0, 12)], { 'content-encoding': 'gzip' }, 'SLP-R4'],
    ['raw deflate data', [deflateSync('text').subarray(2)], { 'content-encoding': 'deflate' }, 'SLP-R4'],
    ['an unknown encoding', [Buffer.from('x')], { 'content-encoding': 'br' }, 'SLP-R6'],
    ['two encodings', [Buffer.from('x')], { 'content-encoding': 'gzip, gzip' }, 'SLP-R6'],
  ])('refuses %s', async (_, chunks, headers, code) => {
    await expect(read(chunks, headers)).rejects.toMatchObject({ code })
  })

  it('takes exactly the limit', async () => {
    expect(await read([Buffer.alloc(limit)])).toHaveLength(limit)
  })

  it('takes at once what has come whole, and nothing where nothing was announced', async () => {
    const stream = bodyOf(new Readable({ read: () => {} }), { 'content-length': '2' })
    const ended = new Promise((resolve) => stream.on('end', resolve))
    stream.push('ab')
    expect(await readBody(stream, limit, new AbortController().signal)).toEqual(Buffer.from('ab'))
    stream.push(null)
    await ended
    const silent = Object.assign(new Readable({ read: () => {} }), { headers: {} })
    expect(await readBody(silent, limit, new AbortController().signal)).toHaveLength(0)
  })

  it('refuses a body of crumbs', async () => {
    const crumbs = Array.from({ length: 20_000 }, () => Buffer.from('x'))
    await expect(read(crumbs, {}, 1e6)).rejects.toMatchObject({ code: 'SLP-R5', message: /too many chunks/ })
  })

  it('gives up when the client goes away', async () => {
    const stream = new Readable({ read: () => {} })
    const reading = readBody(bodyOf(stream), limit, new AbortController().signal)
    stream.destroy()
    await expect(reading).rejects.toMatchObject({ code: 'SLP-S7' })
  })

  it('gives up when its signal is aborted', async () => {
    const abort = new AbortController()
    const reading = readBody(bodyOf(new Readable({ read: () => {} })), limit, abort.signal)
    abort.abort(new Error('stop'))
    await expect(reading).rejects.toMatchObject({ code: 'SLP-S7', details: { cause: abort.signal.reason } })
  })
})
