import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FetchProgress, fetchModel } from './fetch-model.ts'

const file = Uint8Array.from({ length: 3_000_000 }, (_, i) => i * 7 + (i >> 8))

const routes: Readonly<Record<string, RequestListener>> = {
  '/declared': (_, response) => response.writeHead(200, { 'content-length': file.length }).end(file),
  '/chunked': (_, response) => {
    response.write(file.subarray(0, 1000))
    response.end(file.subarray(1000))
  },
  '/compressed': (_, response) => {
    const body = gzipSync(file)
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length }).end(body)
  },
  '/empty': (_, response) => response.writeHead(200, { 'content-length': 0 }).end(),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': file.length })
    response.write(file.subarray(0, 1000), () => response.destroy())
  },
  '/endless': (_, response) => void response.write(file.subarray(0, 1000)),
  '/private': ({ headers }, response) =>
    response.writeHead(headers.authorization === 'Bearer key' ? 200 : 401).end('secret'),
}

let server: Server
let base: string
beforeAll(async () => {
  server = createServer((request, response) => {
    const route = routes[request.url ?? '']
    if (route) route(request, response)
    else response.writeHead(404).end('nothing here')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has one
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('fetchModel', () => {
  it('loads a file and reports every piece of it', async () => {
    const progress: FetchProgress[] = []
    const bytes = await fetchModel(`${base}/declared`, { onProgress: (step) => progress.push(step) })
    expect(Buffer.compare(bytes, file)).toBe(0)
    expect(progress[0]).toEqual({ loadedBytes: 0, totalBytes: file.length })
    expect(progress.at(-1)).toEqual({ loadedBytes: file.length, totalBytes: file.length })
    expect(progress.length).toBeGreaterThan(2)
    const loaded = progress.map(({ loadedBytes }) => loadedBytes)
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b))
  })

  it.each(['/chunked', '/compressed'])('loads %s without a total', async (path) => {
    const totals = new Set<number | undefined>()
    const bytes = await fetchModel(new URL(path, base), {
      onProgress: ({ totalBytes }) => totals.add(totalBytes),
    })
    expect(Buffer.compare(bytes, file)).toBe(0)
    expect([...totals]).toEqual([undefined])
  })

  it('loads nothing where there is nothing', async () => {
    expect(await fetchModel(`${base}/empty`)).toEqual(new Uint8Array(0))
  })

  it('sends headers', async () => {
    const bytes = await fetchModel(`${base}/private`, { headers: { authorization: 'Bearer key' } })
    expect(new TextDecoder().decode(bytes)).toBe('secret')
    await expect(fetchModel(`${base}/private`)).rejects.toMatchObject({ code: 'SLP-F8' })
  })

  it('says what the server answered instead', async () => {
    await expect(fetchModel(`${base}/missing`)).rejects.toMatchObject({
      code: 'SLP-F8',
      message: expect.stringContaining('got 404 Not Found'),
    })
  })

  it('refuses a server that is not there, and an address that is none', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo // a TCP server has one
    await new Promise((resolve) => gone.close(resolve))
    await expect(fetchModel(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'SLP-F8' })
    await expect(fetchModel('model.onnx')).rejects.toMatchObject({ code: 'SLP-F8' })
  })

  it('refuses a file that breaks off', async () => {
    await expect(fetchModel(`${base}/cut`)).rejects.toMatchObject({ code: 'SLP-F8' })
  })

  it('refuses a file over the limit, before it arrives where its length is declared', async () => {
    let most = 0
    const onProgress = ({ loadedBytes }: FetchProgress) => {
      most = loadedBytes
    }
    const declared = fetchModel(`${base}/declared`, { maxBytes: file.length - 1, onProgress })
    await expect(declared).rejects.toMatchObject({ code: 'SLP-L1' })
    expect(most).toBe(0)
    const chunked = fetchModel(`${base}/chunked`, { maxBytes: 2000, onProgress })
    await expect(chunked).rejects.toMatchObject({ code: 'SLP-L1' })
    expect(most).toBeLessThanOrEqual(2000)
    expect((await fetchModel(`${base}/declared`, { maxBytes: file.length })).length).toBe(file.length)
  })

  it('stops with the reason of the signal, before and while it loads', async () => {
    const reason = new Error('changed my mind')
    await expect(fetchModel(`${base}/declared`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const loading = fetchModel(`${base}/endless`, {
      signal: controller.signal,
      onProgress: ({ loadedBytes }) => loadedBytes > 0 && controller.abort(reason),
    })
    await expect(loading).rejects.toBe(reason)
  })
})
