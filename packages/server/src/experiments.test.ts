/** Rollouts end to end: shares, sticky keys, and two variants of a real model behind one name. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSession, readValue, type Tensor } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type Server } from './server.ts'
import { pairGraph, repositoryWith } from './testing/fixture.ts'
import { type Operator, operatorOf } from './testing/operator.ts'

describe('shares of the traffic', () => {
  /** So many standard deviations are exceeded once in a million runs. */
  const sigmas = 5
  let server: Server
  let operator: Operator
  const fixture = repositoryWith({
    'pair/1/model.onnx': pairGraph('Add'),
    'pair/2/model.onnx': pairGraph('Sub'),
  })
  const payload = JSON.stringify({
    inputs: ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] })),
  })
  const labels = { stable: '1', canary: '2' }
  const versionOf = async (headers = {}): Promise<string> => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/v2/models/pair/infer',
      headers,
      payload,
    })
    return answer.json().model_version
  }
  const canaries = async (count: number, headersOf: (i: number) => object): Promise<Set<number>> => {
    const found = new Set<number>()
    for (let i = 0; i < count; i++) if ((await versionOf(headersOf(i))) === '2') found.add(i)
    return found
  }

  beforeAll(async () => {
    server = await createServer({ settleMs: 0, repository: fixture.root })
    await server.loaded
    operator = operatorOf(server.app)
  })
  afterAll(async () => {
    await server.close()
    fixture[Symbol.dispose]()
  })

  it.each([
    ['10 000 requests without a key', 10_000, () => ({})],
    ['2000 with a key of their own', 2000, (i: number) => ({ 'x-user': `user-${i}` })],
  ])('are those of the rollout, within binomial bounds: %s', async (_, requests, headersOf) => {
    const percent = 10
    const splits = [{ target: { label: 'canary' }, percent }]
    const stickyKey = { source: 'header', name: 'x-user' }
    await operator.roll('pair', { labels, splits, stickyKey })
    const before = await operator.metric('slipway_request_duration_seconds_count', { model: 'pair' })
    const share = percent / 100
    const { size } = await canaries(requests, headersOf)
    const bound = sigmas * Math.sqrt(requests * share * (1 - share))
    expect(Math.abs(size - requests * share)).toBeLessThan(bound)
    const after = await operator.metric('slipway_request_duration_seconds_count', { model: 'pair' })
    expect(after - before).toBe(requests)
  })

  it('keep every key where it is while the canary grows, and give nothing to a dark launch', async () => {
    const keys = 250
    const headersOf = (i: number) => ({ 'x-user': `key ${i}` })
    let before = new Set<number>()
    for (const percent of [0, 1, 5, 25, 50, 99, 100]) {
      const splits = [{ target: { label: 'canary' }, percent }]
      await operator.roll('pair', { labels, splits, stickyKey: { source: 'header', name: 'x-user' } })
      const now = await canaries(keys, headersOf)
      expect([...before].filter((key) => !now.has(key))).toEqual([])
      if (percent === 0) expect(now.size).toBe(0)
      if (percent === 100) expect(now.size).toBe(keys)
      before = now
    }
    const audited = await operator.events('audit')
    expect(audited.filter(({ action, ok }) => action === 'rollout.put' && ok).length).toBeGreaterThanOrEqual(
      7,
    )
  })
})

const folder = fileURLToPath(new URL('../../../../shared/models/squeezenet', import.meta.url))
const present = existsSync(folder)
if (!present)
  console.log('experiments with two SqueezeNets are skipped: ../shared/models/squeezenet is missing')

describe.skipIf(!present)('two variants of a real model', { timeout: 240_000 }, () => {
  const plain = join(folder, 'squeezenet1.1_fp32_opset13.onnx')
  const quantized = join(folder, 'squeezenet1.1_qdq_u8s8.onnx')
  const labels = { stable: '1', canary: '2' }
  const canary = { label: 'canary' }
  let nowMs = 0
  let root: string
  let server: Server
  let operator: Operator
  let body: Buffer
  let headerBytes: string
  /** What each file gives, run without the server. */
  const expected = new Map<string, Float32Array>()
  const put = (version: string, file: string) => {
    const copy = join(root, 'squeezenet', version, 'model.onnx')
    mkdirSync(dirname(copy), { recursive: true })
    copyFileSync(file, copy)
  }

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'slipway-'))
    put('1', plain)
    put('2', quantized)
    const bytes = readFileSync(join(folder, 'test_data_0_input.pb'))
    const picture = readValue(bytes, { kind: 'tensor', dtype: 'float32' }) as Tensor<'float32'> // declared float32
    const { data, shape } = picture
    const blob = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    const parameters = { binary_data_size: blob.length }
    const header = Buffer.from(
      JSON.stringify({ inputs: [{ name: 'data_0', datatype: 'FP32', shape, parameters }] }),
    )
    body = Buffer.concat([header, blob])
    headerBytes = String(header.length)
    for (const [version, file] of [
      ['1', plain],
      ['2', quantized],
    ] as const) {
      await using session = await createSession(readFileSync(file))
      const { softmaxout_1: output } = await session.run({ data_0: picture })
      expected.set(version, (output as Tensor<'float32'>).data) // declared float32
    }
    server = await createServer({
      settleMs: 0,
      repository: root,
      control: 'explicit',
      loadModels: ['*'],
      breakers: { nowMs: () => nowMs },
    })
    await server.loaded
    operator = operatorOf(server.app)
  }, 240_000)
  afterAll(async () => {
    await server.close()
    rmSync(root, { recursive: true })
  })

  /** The version that answered. */
  const ask = async (): Promise<string> => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/v2/models/squeezenet/infer',
      headers: { 'inference-header-content-length': headerBytes },
      payload: body,
    })
    const { model_version: version, outputs } = answer.json()
    expect(relativeL2(expected.get(version)!, outputs[0].data)).toBeLessThan(1e-3)
    return version
  }
  const ofTwo = { model: 'squeezenet', version: '2' }

  it('compares a shadow with what answers', async () => {
    await operator.roll('squeezenet', { labels, shadow: { target: canary, percent: 100 } })
    const requests = 5
    for (let i = 0; i < requests; i++) expect(await ask()).toBe('1')
    const count = () => operator.metric('slipway_shadow_relative_l2_count', ofTwo)
    while ((await count()) < requests) await new Promise((resolve) => setTimeout(resolve, 20))
    const [one, two] = [expected.get('1')!, expected.get('2')!]
    const result = highest(one) === highest(two) ? 'agrees' : 'disagrees'
    expect(await operator.metric('slipway_shadow_total', { ...ofTwo, result })).toBe(requests)
    const mean = (await operator.metric('slipway_shadow_relative_l2_sum', ofTwo)) / requests
    const distance = relativeL2(one, two)
    expect(distance).toBeGreaterThan(1e-4)
    expect(Math.abs(mean - distance) / distance).toBeLessThan(1e-2)
    const shown = (await operator.events('shadow')).map(({ primary, top1Agrees }) => [primary, top1Agrees])
    expect(shown).toEqual(result === 'agrees' ? [] : Array(requests).fill(['1', false]))
  })

  it('falls back where the structure differs, opens the breaker after three, and raises an alert', async () => {
    const splits = [{ target: canary, percent: 100 }]
    await operator.roll('squeezenet', { labels, splits, signature: 'structural' })
    for (let i = 0; i < 5; i++) expect(await ask()).toBe('1')
    const fallbacks = await operator.events('fallback')
    expect(fallbacks.map(({ version, to }) => [version, to])).toEqual(Array(3).fill(['2', '1']))
    expect(fallbacks[0]!.reason).toMatch(/structural signature/)
    expect(await operator.metric('slipway_fallbacks_total', ofTwo)).toBe(3)
    expect(await operator.metric('slipway_breaker_state', ofTwo)).toBe(2)
    expect(await operator.metric('slipway_routes_total', { reason: 'fallback' })).toBe(5)
    const [alert] = await operator.events('alert')
    expect(alert).toMatchObject({ severity: 'critical', model: 'squeezenet' })
  })

  it('lets one request try when its time has come, and opens again where that falls back too', async () => {
    nowMs += 30_000
    expect(await ask()).toBe('1')
    expect(await ask()).toBe('1')
    const states = (await operator.events('breaker')).map(({ state }) => state)
    expect(states).toEqual(['open', 'half-open', 'open'])
    expect(await operator.metric('slipway_fallbacks_total', ofTwo)).toBe(4)
  })

  it('closes when a probe fits', async () => {
    nowMs += 30_000
    await operator.roll('squeezenet', { labels, splits: [{ target: canary, percent: 100 }] })
    expect(await ask()).toBe('2')
    const states = (await operator.events('breaker')).map(({ state }) => state)
    expect(states.slice(3)).toEqual(['half-open', 'closed'])
    expect(await operator.metric('slipway_breaker_state', ofTwo)).toBe(0)
  })

  it('is given its traffic again by a reload that fits', async () => {
    const splits = [{ target: canary, percent: 100 }]
    await operator.roll('squeezenet', { labels, splits, signature: 'structural' })
    for (let i = 0; i < 4; i++) expect(await ask()).toBe('1')
    expect(await operator.metric('slipway_breaker_state', ofTwo)).toBe(2)
    put('2', plain)
    expected.set('2', expected.get('1')!)
    await operator.load('squeezenet')
    expect(await ask()).toBe('2')
    expect(await operator.metric('slipway_breaker_state', ofTwo)).toBe(0)
  })
})

function highest(values: ArrayLike<number>): number {
  let at = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i
  return at
}

function relativeL2(expected: ArrayLike<number>, got: ArrayLike<number>): number {
  let [difference, norm] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    difference += (expected[i]! - got[i]!) ** 2
    norm += expected[i]! ** 2
  }
  return Math.sqrt(difference / norm)
}
