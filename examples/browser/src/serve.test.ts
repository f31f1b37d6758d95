import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type OpenServer, serve } from './serve.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-serve-'))
let server: OpenServer
beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<p>hello</p>')
  writeFileSync(join(folder, 'model.bin'), '12345')
  server = await serve({ folders: [folder], files: { '/model.onnx': join(folder, 'model.bin') } })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

it('sends the headers that isolate the page, and the length that progress needs', async () => {
  const page = await fetch(server.url)
  expect(await page.text()).toBe('<p>hello</p>')
  expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
  expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const model = await fetch(new URL('model.onnx', server.url))
  expect([model.headers.get('content-length'), await model.text()]).toEqual(['5', '12345'])
})

it.each(['/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '//', '//etc/passwd', '/missing', '/app'])(
  'has no %s',
  async (path) => {
    const response = await fetch(server.url.slice(0, -1) + path)
    expect(response.status).toBe(404)
  },
)

it.each(['/../../etc/passwd', 'http://x/../../etc/passwd', '*'])('has no %s, sent as it is', async (path) => {
  const { hostname, port } = new URL(server.url)
  const status = await new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(status).toBe(404)
})
