/** Prometheus metrics: histograms for each model, version and phase, counters for what routing and queues did. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { BreakerState, Observe, ServerEvent } from '../contract/event.ts'
import type { Models } from '../contract/models.ts'
import type { Rollouts } from '../contract/rollouts.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { boundHistogram, type ObserveValue } from './bound-histogram.ts'
import { phaseDurations, phases } from './durations.ts'
import { readGpus as readNvidiaGpus } from './gpu.ts'
import { type ReadGpus, registerGpuGauges } from './gpu-metrics.ts'
import { servedVersions } from './served-versions.ts'
import { registerTritonMetrics } from './triton-metrics.ts'

export interface MetricsOptions {
  readonly models: Pick<Models, 'index' | 'versions'>
  readonly rollouts: Pick<Rollouts, 'list' | 'breakers'>
  /** `triton` adds the names that boards and scaling rules for Triton use. */
  readonly compat?: 'triton' | undefined
  /** Asks `nvidia-smi` unless given. */
  readonly readGpus?: ReadGpus | undefined
}

export interface Metrics {
  readonly observe: Observe
  readonly contentType: string
  /** The text that a scrape gets. */
  text(): Promise<string>
  close(): void
}

/** Seconds, from fifty microseconds to a minute. */
const latencyBuckets = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  30, 60,
]
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256]
const distanceBuckets = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]
const breakerValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

export function createMetrics(options: MetricsOptions): Metrics {
  const { models, rollouts, compat, readGpus = readNvidiaGpus } = options
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const readers = [requestMetrics(registry), routingMetrics(registry)]
  if (compat === 'triton') readers.push(registerTritonMetrics(registry, () => servedVersions(models)))
  registerVersionGauges(registry, models)
  registerRoutingGauges(registry, rollouts)
  registerGpuGauges(registry, readGpus)
  return {
    observe: (event) => {
      for (const reader of readers) reader(event)
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
    close: () => registry.clear(),
  }
}

function requestMetrics(registry: Registry): Observe {
  const registers = [registry]
  const version = ['model', 'version'] as const
  const request = boundHistogram(registry, {
    name: 'slipway_request_duration_seconds',
    help: 'From the first byte to the answer.',
    labelNames: [...version, 'protocol', 'outcome'],
    buckets: latencyBuckets,
  })
  const phase = boundHistogram(registry, {
    name: 'slipway_phase_duration_seconds',
    help: 'Time in one phase: queue, assembly, compute, output; load, warmup, swap.',
    labelNames: [...version, 'phase'],
    buckets: latencyBuckets,
  })
  const batchSizes = boundHistogram(registry, {
    name: 'slipway_batch_size',
    help: 'Elements of one execution.',
    labelNames: version,
    buckets: batchBuckets,
  })
  const rejections = new Counter({
    name: 'slipway_rejections_total',
    help: 'Requests that were refused before they ran, by the code of the reason.',
    labelNames: ['model', 'reason'],
    registers,
  })
  const dispatches = new Counter({
    name: 'slipway_batch_dispatches_total',
    help: 'Batches by what made them leave the queue.',
    labelNames: [...version, 'reason'],
    registers,
  })
  return (event) => {
    if (event.kind === 'request') {
      const { model = '', version: number = '', protocol, outcome, error } = event
      request((event.endedMs - event.startedMs) / 1000, model, number, protocol, outcome)
      if (outcome === 'REJECTED') rejections.inc({ model, reason: error ?? '' })
      const durations = phaseDurations(event)
      if (!durations) return
      for (const name of phases) phase(durations[name] / 1000, model, number, name)
    } else if (event.kind === 'batch') {
      const { model, version: number, reason, elements } = event
      batchSizes(elements, model, number)
      dispatches.inc({ model, version: number, reason })
    } else observeLifecycle(event, phase)
  }
}

function observeLifecycle(event: ServerEvent, phase: ObserveValue): void {
  if (event.kind === 'load' && event.ok) {
    phase(event.loadMs / 1000, event.model, event.version, 'load')
    phase(event.warmupMs / 1000, event.model, event.version, 'warmup')
  } else if (event.kind === 'swap') phase(event.pauseMs / 1000, event.model, event.version, 'swap')
}

function routingMetrics(registry: Registry): Observe {
  const registers = [registry]
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers })
  const version = ['model', 'version'] as const
  const routes = counter('slipway_routes_total', 'Requests by why their version was chosen.', [
    ...version,
    'reason',
  ])
  const fallbacks = counter(
    'slipway_fallbacks_total',
    'Requests that were for this version and that another one answered.',
    version,
  )
  const loads = counter('slipway_loads_total', 'Loads by how they ended.', ['model', 'version', 'ok'])
  const cache = counter('slipway_cache_requests_total', 'Requests to the response cache.', [
    ...version,
    'result',
  ])
  const shadows = counter('slipway_shadow_total', 'Copies that a shadow answered.', [...version, 'result'])
  const alerts = counter('slipway_alerts_total', 'Alerts by severity.', ['severity'])
  const changes = counter('slipway_audit_total', 'Control calls.', ['action', 'ok'])
  const distance = new Histogram({
    name: 'slipway_shadow_relative_l2',
    help: 'Distance of the outputs of a shadow from those of the version that answered.',
    labelNames: ['model', 'version'],
    buckets: distanceBuckets,
    registers,
  })
  return (event) => {
    if (event.kind === 'request') {
      const { model = '', version: number = '', route, cache: result } = event
      if (route) routes.inc({ model, version: number, reason: route })
      if (result) cache.inc({ model, version: number, result })
    } else if (event.kind === 'fallback') fallbacks.inc({ model: event.model, version: event.version })
    else if (event.kind === 'load')
      loads.inc({ model: event.model, version: event.version, ok: String(event.ok) })
    else if (event.kind === 'alert') alerts.inc({ severity: event.severity })
    else if (event.kind === 'audit') changes.inc({ action: event.action, ok: String(event.ok) })
    else if (event.kind === 'shadow') {
      const labels = { model: event.model, version: event.version }
      const result = event.error !== undefined ? 'error' : event.top1Agrees === false ? 'disagrees' : 'agrees'
      shadows.inc({ ...labels, result })
      if (event.relativeL2 !== undefined) distance.observe(labels, event.relativeL2)
    }
  }
}

/** Gauges are read when somebody asks. */
function registerVersionGauges(registry: Registry, models: MetricsOptions['models']): void {
  const perVersion = (name: string, help: string, value: (served: ServedVersion) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['model', 'version'],
      registers: [registry],
      collect() {
        this.reset()
        for (const served of servedVersions(models)) {
          this.set({ model: served.model, version: served.version }, value(served))
        }
      },
    })
  perVersion('slipway_requests_in_flight', 'Requests being executed.', ({ scheduler }) => scheduler.running)
  perVersion('slipway_queue_size', 'Requests that wait.', ({ scheduler }) => scheduler.pending)
  perVersion(
    'slipway_model_bytes',
    'Weights, without their packed forms, which are in slipway_wasm_memory_bytes.',
    ({ executor }) => executor?.report().weightBytes ?? 0,
  )
  perVersion(
    'slipway_wasm_memory_bytes',
    'Memory of WebAssembly: packed weights and values of runs.',
    ({ executor }) => executor?.report().wasmBytes ?? 0,
  )
  perVersion(
    'slipway_executor_restarts',
    'Executors that were replaced.',
    ({ executor }) => executor?.report().restarts ?? 0,
  )
}

function registerRoutingGauges(registry: Registry, rollouts: MetricsOptions['rollouts']): void {
  new Gauge({
    name: 'slipway_breaker_state',
    help: 'Circuit breaker of a version: 0 closed, 1 half-open, 2 open.',
    labelNames: ['model', 'version'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { model, version, state } of rollouts.breakers())
        this.set({ model, version }, breakerValues[state])
    },
  })
  new Gauge({
    name: 'slipway_rollout_percent',
    help: 'Share of the traffic that a rollout gives a target.',
    labelNames: ['model', 'target'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { value } of rollouts.list()) {
        for (const { target, percent } of value.splits) {
          this.set(
            { model: value.model, target: 'version' in target ? target.version : target.label },
            percent,
          )
        }
      }
    },
  })
}
