import { createServer, type IncomingMessage } from 'node:http'
import { ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { ServerEvent } from '../contract/event.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { batchEvent, requestEvent } from '../testing/events.ts'
import { fakeModels, fakeServed, idleExecutor } from '../testing/fake-served.ts'
import { fanOut } from './fan-out.ts'
import { createLiveRates } from './live-rates.ts'
import { logEvents } from './logs.ts'
import { openOtlpMetrics } from './otlp-metrics.ts'
import { createRecentEvents } from './recent-events.ts'
import { createSettings } from './settings.ts'
import { createStatistics } from './statistics.ts'
import { openTraces } from './traces.ts'

const service = { serviceName: 'slipway', serviceVersion: '1' }
const refused = expect.objectContaining({ code: 'SLP-R4' })
const parent = (sampled: boolean) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  })

const modelsOf = (...versions: ServedVersion[]) => ({
  ...fakeModels(versions),
  index: () =>
    versions.map(({ model, version }) => ({ name: model, version, state: 'READY' as const, reason: '' })),
})

describe('createStatistics', () => {
  const models = modelsOf({ ...fakeServed('1'), executor: idleExecutor })

  it('adds up what the events say', () => {
    const { observe, read } = createStatistics(models, () => 5)
    const events = [
      requestEvent(),
      requestEvent({ cache: 'miss' }),
      requestEvent({ cache: 'hit', times: undefined }),
      requestEvent({ outcome: 'BACKEND', error: 'SLP-S8', times: undefined }),
      batchEvent(),
      batchEvent({ failed: true }),
    ]
    for (const event of events) observe(event)
    const ms = (count: number, total: number) => ({ count, ns: total * 1e6 })
    expect(read()).toEqual([
      {
        model: 'm',
        version: '1',
        lastInferenceMs: 5,
        inferenceCount: 4,
        executionCount: 1,
        success: ms(3, 30),
        fail: ms(1, 10),
        queue: ms(2, 4),
        computeInput: ms(2, 2),
        computeInfer: ms(2, 10),
        computeOutput: ms(2, 2),
        cacheHit: ms(1, 10),
        cacheMiss: ms(1, 10),
        batches: [{ batchSize: 4, computeInput: ms(1, 1), computeInfer: ms(1, 5), computeOutput: ms(1, 1) }],
        memory: [{ type: 'CPU', id: 0, sizeBytes: 1000 }],
      },
    ])
    expect(read('m', '1')).toEqual(read())
    expect(() => read('other')).toThrow(expect.objectContaining({ code: 'SLP-R1' }))
  })

  it('begins anew when a version is loaded anew', () => {
    const { observe, read } = createStatistics(models)
    observe(requestEvent())
    observe({ kind: 'load', model: 'm', version: '1', ok: true, loadMs: 1, warmupMs: 1, reason: '' })
    expect(read()[0]!.success.count).toBe(0)
  })
})

describe('openTraces', () => {
  function setUp(level: 'OFF' | 'TIMESTAMPS', rate = '1') {
    const exporter = new InMemorySpanExporter()
    const settings = createSettings({ trace: { trace_level: [level], trace_rate: rate } })
    const processor = new SimpleSpanProcessor(exporter)
    const traces = openTraces({ ...service, endpoint: 'http://127.0.0.1:1', settings, processor })
    return { exporter, settings, observe: traces.observe }
  }

  it('makes a span for the request and one for each stage, inside the trace of the client', () => {
    const { exporter, observe } = setUp('TIMESTAMPS')
    observe(requestEvent({ trace: parent(true) }))
    const spans = exporter.getFinishedSpans()
    expect(spans.map(({ name }) => name)).toEqual([
      'route',
      'queue',
      'assembly',
      'compute',
      'output',
      'infer',
    ])
    const root = spans.at(-1)!
    expect(root.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(
      new Set(['0af7651916cd43dd8448eb211c80319c']),
    )
    expect(
      spans.slice(0, -1).every((span) => span.parentSpanContext?.spanId === root.spanContext().spanId),
    ).toBe(true)
    expect(root.attributes).toMatchObject({
      'slipway.model': 'm',
      'slipway.version': '1',
      'slipway.batch_size': 4,
    })
    const compute = spans[3]!
    expect(compute.duration).toEqual([0, 5_000_000])
  })

  it('marks failures', () => {
    const { exporter, observe } = setUp('TIMESTAMPS')
    observe(requestEvent({ outcome: 'BACKEND', error: 'SLP-S8', times: undefined, routedMs: undefined }))
    expect(exporter.getFinishedSpans()).toMatchObject([{ status: { code: SpanStatusCode.ERROR } }])
  })

  it('traces as often as the settings say, and never when off', () => {
    const { exporter, settings, observe } = setUp('TIMESTAMPS', '10')
    const roots = () => exporter.getFinishedSpans().filter(({ name }) => name === 'infer').length
    for (let i = 0; i < 30; i++) observe(requestEvent())
    expect(roots()).toBe(3)
    observe(requestEvent({ trace: parent(false) }))
    expect(roots()).toBe(3)
    settings.setTrace({ trace_rate: '1', trace_count: '4' }, 'm')
    for (let i = 0; i < 30; i++) observe(requestEvent())
    expect(roots()).toBe(4)
    settings.setTrace({ trace_level: 'OFF' }, 'm')
    observe(requestEvent({ trace: parent(true) }))
    expect(roots()).toBe(4)
  })

  it('sends spans and metrics to a collector', async () => {
    const seen = new Map<string, Buffer>()
    const collector = createServer((request: IncomingMessage, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        seen.set(request.url ?? '', Buffer.concat(chunks))
        response.end()
      })
    })
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    const address = collector.address()
    const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
    try {
      const settings = createSettings({ trace: { trace_level: ['TIMESTAMPS'], trace_rate: '1' } })
      const traces = openTraces({ ...service, endpoint, settings })
      const metrics = openOtlpMetrics({ ...service, endpoint })
      for (const observe of [traces.observe, metrics.observe])
        for (const event of [requestEvent(), batchEvent()]) observe(event)
      await traces.close()
      await metrics.close()
      expect(seen.get('/v1/traces')?.toString('latin1')).toContain('slipway.model')
      expect(seen.get('/v1/metrics')?.toString('latin1')).toContain('slipway.phase.duration')
    } finally {
      collector.close()
    }
  })
})

describe('logEvents', () => {
  function setUp(log: Parameters<typeof createSettings>[0]) {
    const lines: Record<string, unknown>[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
    const settings = createSettings(log)
    return { lines, settings, observe: logEvents(logger, settings) }
  }

  it('writes requests with their trace when verbose', () => {
    const { lines, observe } = setUp({ log: { log_verbose_level: 1 } })
    observe(requestEvent({ trace: parent(true) }))
    expect(lines).toMatchObject([
      { msg: 'request', model: 'm', durationMs: 10, trace_id: '0af7651916cd43dd8448eb211c80319c' },
    ])
  })

  it('follows the settings', () => {
    const { lines, settings, observe } = setUp({})
    const alert = { kind: 'alert', severity: 'warning', message: 'x', model: 'm' } as const
    observe(requestEvent())
    observe(alert)
    settings.setLog({ log_warning: false })
    observe(alert)
    expect(lines).toMatchObject([{ msg: 'alert', level: 40 }])
  })
})

describe('createSettings', () => {
  it('keeps what a model has of its own', () => {
    const settings = createSettings()
    settings.setTrace({ trace_rate: '5' }, 'm')
    settings.setTrace({ trace_rate: '7', trace_level: ['TIMESTAMPS'] })
    expect(settings.trace('m')).toMatchObject({ trace_rate: '5', trace_level: ['TIMESTAMPS'] })
    expect(settings.setTrace({ trace_rate: null }, 'm').trace_rate).toBe('7')
    expect(settings.setTrace({ trace_rate: null }).trace_rate).toBe('1000')
  })

  it.each([
    ['trace_rate', '0'],
    ['trace_rate', 'often'],
    ['trace_count', '-2'],
    ['trace_level', 'ALL'],
    ['trace_file', '/etc/passwd'],
    ['unknown', '1'],
    ['constructor', '1'],
  ])('refuses %s %s', (name, value) => {
    expect(() => createSettings().setTrace({ [name]: value })).toThrow(refused)
  })

  it.each([
    ['log_info', 'yes'],
    ['log_format', 'xml'],
    ['log_verbose_level', -1],
    ['log_file', '/etc/passwd'],
    ['unknown', 1],
  ])('refuses log %s %s', (name, value) => {
    expect(() => createSettings().setLog({ [name]: value })).toThrow(refused)
  })
})

describe('readers', () => {
  it('keep the last events that matter', () => {
    const recent = createRecentEvents(() => 9)
    const swap = (version: string): ServerEvent => ({ kind: 'swap', model: 'm', version, pauseMs: 1 })
    recent.observe(requestEvent())
    for (let i = 0; i < 600; i++) recent.observe(swap(String(i)))
    expect(recent.read()).toHaveLength(500)
    expect(recent.read({ limit: 1 })).toEqual([{ id: 600, atMs: 9, event: swap('599') }])
    expect(recent.read({ limit: 0 })).toEqual([])
    expect(recent.read({ afterId: 598 }).map(({ id }) => id)).toEqual([600, 599])
  })

  it('tell rates and percentiles of the last minute', () => {
    const clock = { now: 0 }
    const rates = createLiveRates(modelsOf(fakeServed('1')), () => clock.now)
    for (let i = 1; i <= 100; i++) {
      rates.observe(
        requestEvent({ startedMs: 5000, endedMs: 5000 + i, outcome: i === 100 ? 'BACKEND' : 'SUCCESS' }),
      )
    }
    clock.now = 10_000
    const [live] = rates.read()
    expect(live).toMatchObject({ model: 'm', version: '1', requestsPerSecond: 10, errorsPerSecond: 0.1 })
    expect(live!.p50Ms).toBeCloseTo(50, 0)
    expect(live!.p99Ms).toBeCloseTo(99, 0)
    clock.now = 200_000
    expect(rates.read()).toMatchObject([{ requestsPerSecond: 0, p99Ms: 0 }])
  })

  it('tell no rates of what does not serve, and keep those of what does', () => {
    const versions = [fakeServed('1'), fakeServed('2')]
    const rates = createLiveRates({
      ...modelsOf(...versions),
      versions: () => versions,
    })
    const numbers = () => rates.read().map(({ version }) => version)
    for (const version of ['1', '2']) rates.observe(requestEvent({ version }))
    // The unloaded one is another that had the same number.
    rates.observe({ kind: 'unload', model: 'm', version: '2' })
    expect(numbers()).toEqual(['1', '2'])
    versions.shift()
    rates.observe({ kind: 'unload', model: 'm', version: '1' })
    rates.observe(requestEvent({ version: '1' }))
    expect(numbers()).toEqual(['2'])
  })

  it('do not disturb each other', () => {
    const seen: string[] = []
    const errors: unknown[] = []
    const broken = () => {
      throw new Error('broken')
    }
    fanOut([broken, ({ kind }) => void seen.push(kind)], (error) => errors.push(error))(requestEvent())
    expect([seen, errors.length]).toEqual([['request'], 1])
  })
})
