import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type Server } from '../server.ts'
import { type Fixture, pairGraph, repositoryWith } from '../testing/fixture.ts'

let fixture: Fixture
let server: Server

beforeAll(async () => {
  fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
  server = await createServer({ settleMs: 0, repository: fixture.root, limits: { bodyBytes: 5000 } })
  await server.loaded
})

afterAll(async () => {
  await server.close()
  fixture[Symbol.dispose]()
})

/** Numbers in [0, 1) that depend on the seed only (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const tensor = { datatype: 'FP32', shape: [1, 2] }
const header = JSON.stringify({
  id: 'fuzz',
  inputs: [
    { name: 'a', ...tensor, parameters: { binary_data_size: 8 } },
    { name: 'b', ...tensor, data: [1.5, 2] },
  ],
  outputs: [{ name: 'sum', parameters: { binary_data: true } }],
})
const sound = Buffer.concat([Buffer.from(header), Buffer.alloc(8)])

function broken(random: () => number): Buffer {
  const int = (below: number) => Math.floor(random() * below)
  const bytes = Buffer.from(sound)
  for (let changes = int(4); changes > 0; changes--)
    bytes[int(bytes.length)] = random() < 0.5 ? int(256) : 48 + int(80)
  const cut = int(10)
  if (cut === 0) return bytes.subarray(0, int(bytes.length))
  if (cut === 1) return Buffer.concat([bytes, bytes.subarray(int(bytes.length))])
  return bytes
}

describe('REST under broken requests', () => {
  const seed = Number(process.env['SLIPWAY_SEED'] ?? 1)

  it(`answers every body with a foreseen status (seed ${seed})`, async () => {
    const random = randomNumbers(seed)
    const statuses = new Set<number>()
    for (let i = 0; i < 500; i++) {
      const length = random() < 0.7 ? header.length : Math.floor(random() * 2 * header.length)
      const payload = broken(random)
      const answer = await server.app.inject({
        method: 'POST',
        url: '/v2/models/pair/infer',
        payload,
        headers: { 'inference-header-content-length': String(length) },
      })
      statuses.add(answer.statusCode)
      expect([200, 400, 501], `round ${i}: ${payload.toString('base64')} ${answer.payload}`).toContain(
        answer.statusCode,
      )
      if (answer.statusCode !== 200)
        expect(answer.json()).toEqual({ error: expect.stringMatching(/^\[SLP-/) })
    }
    expect(statuses).toContain(400)
    expect(statuses).toContain(200)
  })

  it(`answers every path and verb (seed ${seed})`, async () => {
    const random = randomNumbers(seed)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const parts = [
      'v2',
      'models',
      'pair',
      'versions',
      '1',
      'infer',
      'ready',
      'health',
      '',
      '..',
      '%2e%2e',
      '%',
      '%00',
      ':x',
      '*',
      'é',
    ]
    for (let i = 0; i < 500; i++) {
      const url = `/${Array.from({ length: Math.floor(random() * 7) }, () => pick(parts)).join('/')}`
      const method = pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)
      const { statusCode } = await server.app.inject({
        method,
        url,
        ...(method === 'POST' && { payload: '{' }),
      })
      expect([200, 400, 404, 405], `${method} ${url}`).toContain(statusCode)
    }
    expect((await server.app.inject('/v2/health/live')).statusCode).toBe(200)
  })
})
