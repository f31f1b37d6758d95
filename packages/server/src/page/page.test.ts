import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restRoutes } from '../rest/routes.ts'
import { createServer, type Server } from '../server.ts'
import { type Fixture, pairGraph, repositoryWith } from '../testing/fixture.ts'

let fixture: Fixture
let server: Server

beforeAll(async () => {
  fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add'), 'broken/1/model.onnx': 'nothing' })
  server = await createServer({ repository: fixture.root, settleMs: 0 })
  await server.loaded
})
afterAll(async () => {
  await server.close()
  fixture[Symbol.dispose]()
})

const get = async (url: string) => {
  const { statusCode, headers, payload } = await server.app.inject(url)
  return { status: statusCode, headers, text: payload }
}
const pair = ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] }))

describe('status', () => {
  it('tells of models, versions, rates and the process', async () => {
    const body = JSON.stringify({ inputs: pair })
    await server.app.inject({ method: 'POST', url: '/v2/models/pair/infer', payload: body })
    const status = JSON.parse((await get('/slipway/v1/status')).text)
    expect(status.server).toMatchObject({ name: 'slipway', ready: false, draining: false })
    expect(status.server.residentBytes).toBeGreaterThan(1e6)
    const [broken, served] = status.models
    expect(broken).toMatchObject({ name: 'broken', versions: [{ state: 'UNAVAILABLE' }] })
    expect(broken.versions[0].reason).not.toContain(fixture.root)
    expect(served).toMatchObject({ name: 'pair', rollout: null, breakers: [] })
    expect(served.versions[0]).toMatchObject({ version: '1', state: 'READY', pending: 0, running: 0 })
    expect(served.versions[0].live.requestsPerSecond).toBeGreaterThan(0)
    expect(served.versions[0].signatures.structural).toMatch(/^[0-9a-f]{64}$/)
  })

  it('lists the last events', async () => {
    const { events } = JSON.parse((await get('/slipway/v1/events')).text)
    const kinds = events.map(({ event }: { event: { kind: string; ok?: boolean } }) => [event.kind, event.ok])
    expect(kinds).toContainEqual(['load', true])
    expect(kinds).toContainEqual(['load', false])
    const { events: none } = JSON.parse((await get(`/slipway/v1/events?after=${events[0].id}`)).text)
    expect(none).toEqual([])
    expect((await get('/slipway/v1/events?after=x')).status).toBe(400)
  })

  it('lists a control call whose body has numbers that JSON cannot hold', async () => {
    const payload = '{"log_verbose_level":18446744073709551615}'
    const refused = await server.app.inject({ method: 'POST', url: '/v2/logging', payload })
    expect(refused.statusCode).toBe(400)
    const { status, text } = await get('/slipway/v1/events')
    expect(status).toBe(200)
    expect(JSON.parse(text).events[0].event).toMatchObject({ action: 'log.setting', ok: false })
  })
})

describe('pages', () => {
  it.each(['/', '/status', '/status.js', '/status.css'])('has %s, without inline code', async (url) => {
    const { status, headers } = await get(url)
    expect(status).toBe(200)
    expect(headers['content-security-policy']).toContain("script-src 'self'")
  })

  it('describes every route in the OpenAPI document and on a page', async () => {
    const document = JSON.parse((await get('/openapi.json')).text)
    expect(document.openapi).toBe('3.1.0')
    for (const { method, paths } of restRoutes) {
      for (const path of paths) {
        const operation = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
        expect(operation?.summary, path).toBeTruthy()
      }
    }
    const ids = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    expect((await get('/v2/docs')).text).toContain('/v2/models/:model/infer')
  })
})
