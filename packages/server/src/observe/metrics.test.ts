import { describe, expect, it } from 'vitest'
import type { ServerEvent } from '../contract/event.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { batchEvent, requestEvent } from '../testing/events.ts'
import { fakeModels, fakeServed, idleExecutor } from '../testing/fake-served.ts'
import { parseGpus, readGpus } from './gpu.ts'
import { createMetrics } from './metrics.ts'

const served: ServedVersion = { ...fakeServed('1'), executor: idleExecutor }
const models = {
  ...fakeModels([served]),
  index: () => [{ name: 'm', version: '1', state: 'READY' as const, reason: '' }],
}
const rollout = { splits: [{ target: { label: 'canary' }, percent: 5 }], model: 'm' }
const rollouts = {
  list: () => [{ revision: 1, value: rollout as never }], // the gauge reads splits only
  breakers: () => [
    { model: 'm', version: '2', state: 'open' as const, consecutiveFallbacks: 3, openedAtMs: 1 },
  ],
}

async function scrape(events: readonly ServerEvent[], compat?: 'triton') {
  const metrics = createMetrics({ models, rollouts, compat })
  for (const event of events) metrics.observe(event)
  const text = await metrics.text()
  metrics.close()
  return (name: string) => {
    const line = text.split('\n').find((one) => one.startsWith(`${name} `))
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
  }
}
const own = 'model="m",version="1"'

describe('createMetrics', () => {
  it('counts each request once, in the buckets of its durations', async () => {
    const value = await scrape([requestEvent(), requestEvent({ endedMs: 1020 }), batchEvent()])
    const request = `slipway_request_duration_seconds_bucket{le="%",${own},protocol="rest",outcome="SUCCESS"}`
    expect(value(request.replace('%', '0.01'))).toBe(1)
    expect(value(request.replace('%', '0.025'))).toBe(2)
    expect(value(`slipway_phase_duration_seconds_sum{${own},phase="queue"}`)).toBeCloseTo(0.004)
    expect(value(`slipway_phase_duration_seconds_count{${own},phase="compute"}`)).toBe(2)
    expect(value(`slipway_batch_size_sum{${own}}`)).toBe(4)
    expect(value(`slipway_batch_dispatches_total{${own},reason="full"}`)).toBe(1)
    expect(value(`slipway_routes_total{${own},reason="default"}`)).toBe(2)
  })

  it('counts rejections by their code, also of requests that no version took', async () => {
    const refused = { outcome: 'REJECTED', error: 'SLP-R11', times: undefined, version: undefined } as const
    const value = await scrape([
      requestEvent(refused),
      requestEvent({ outcome: 'CANCELED', error: 'SLP-S7' }),
    ])
    expect(value('slipway_rejections_total{model="m",reason="SLP-R11"}')).toBe(1)
  })

  it('tells of loads, swaps, shadows, fall-backs and alerts', async () => {
    const version = { model: 'm', version: '1' }
    const shadow = { ...version, kind: 'shadow', primary: '2', error: undefined, computeMs: 1 } as const
    const value = await scrape([
      { ...version, kind: 'load', ok: true, loadMs: 100, warmupMs: 20, reason: '' },
      { ...version, kind: 'load', ok: false, loadMs: 100, warmupMs: 0, reason: 'broken' },
      { ...version, kind: 'swap', pauseMs: 0.1 },
      { ...shadow, relativeL2: 0.05, top1Agrees: true },
      { ...shadow, relativeL2: 0.5, top1Agrees: false },
      { ...version, kind: 'fallback', to: '2', reason: 'x' },
      { kind: 'alert', severity: 'critical', message: 'x', model: 'm' },
    ])
    expect(value(`slipway_loads_total{${own},ok="false"}`)).toBe(1)
    expect(value(`slipway_phase_duration_seconds_sum{${own},phase="load"}`)).toBe(0.1)
    expect(value(`slipway_phase_duration_seconds_sum{${own},phase="swap"}`)).toBe(0.0001)
    expect(value(`slipway_shadow_total{${own},result="disagrees"}`)).toBe(1)
    expect(value(`slipway_shadow_relative_l2_bucket{le="0.1",${own}}`)).toBe(1)
    expect(value(`slipway_fallbacks_total{${own}}`)).toBe(1)
    expect(value('slipway_alerts_total{severity="critical"}')).toBe(1)
  })

  it('reads gauges when it is scraped', async () => {
    const value = await scrape([])
    expect(value(`slipway_queue_size{${own}}`)).toBe(0)
    expect(value(`slipway_model_bytes{${own}}`)).toBe(600)
    expect(value(`slipway_wasm_memory_bytes{${own}}`)).toBe(400)
    expect(value('slipway_breaker_state{model="m",version="2"}')).toBe(2)
    expect(value('slipway_rollout_percent{model="m",target="canary"}')).toBe(5)
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
    expect(value('nodejs_eventloop_lag_seconds')).toBeDefined()
  })

  it("adds Triton's names where they are wanted", async () => {
    const failed = { outcome: 'REJECTED', error: 'SLP-R11', times: undefined } as const
    const events = [
      requestEvent(),
      requestEvent({ cache: 'hit', times: undefined }),
      batchEvent(),
      requestEvent(failed),
    ]
    const value = await scrape(events, 'triton')
    expect(value(`nv_inference_request_success{${own}}`)).toBe(2)
    expect(value(`nv_inference_request_failure{${own},reason="REJECTED"}`)).toBe(1)
    expect(value(`nv_inference_count{${own}}`)).toBe(2)
    expect(value(`nv_inference_exec_count{${own}}`)).toBe(1)
    expect(value(`nv_inference_request_duration_us{${own}}`)).toBe(20_000)
    expect(value(`nv_inference_queue_duration_us{${own}}`)).toBe(2000)
    expect(value(`nv_inference_compute_infer_duration_us{${own}}`)).toBe(5000)
    expect(value(`nv_inference_pending_request_count{${own}}`)).toBe(0)
    expect((await scrape(events))(`nv_inference_count{${own}}`)).toBeUndefined()
  })
})

describe('the gauges of GPUs', () => {
  it('come from one read for each scrape', async () => {
    let reads = 0
    const readGpus = async () => {
      reads += 1
      return [{ uuid: 'GPU-1', utilization: 0.5, memoryUsedBytes: reads }]
    }
    const metrics = createMetrics({ models, rollouts, readGpus })
    const first = await metrics.text()
    expect(reads).toBe(1)
    expect(first).toContain('slipway_gpu_utilization_ratio{gpu_uuid="GPU-1"} 0.5')
    expect(first).toContain('slipway_gpu_memory_used_bytes{gpu_uuid="GPU-1"} 1')
    expect(await metrics.text()).toContain('slipway_gpu_memory_used_bytes{gpu_uuid="GPU-1"} 2')
    metrics.close()
  })
})

describe('readGpus', () => {
  it('reads what the program prints', () => {
    const [gpu] = parseGpus('GPU-1, 50, 1024\n\n')
    expect(gpu).toEqual({ uuid: 'GPU-1', utilization: 0.5, memoryUsedBytes: 2 ** 30 })
  })

  it('finds none where there is no such program', async () => {
    expect(await readGpus('no-such-program-anywhere')).toEqual([])
  })
})
