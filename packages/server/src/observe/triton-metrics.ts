/** The `nv_inference_*` names that boards and scaling rules for Triton use, with the same labels and units. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Observe, RequestEvent } from '../contract/event.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { phaseDurations } from './durations.ts'

const labelNames = ['model', 'version'] as const

export function registerTritonMetrics(registry: Registry, served: () => readonly ServedVersion[]): Observe {
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] })
  const success = counter('nv_inference_request_success', 'Number of successful inference requests')
  const failure = new Counter({
    name: 'nv_inference_request_failure',
    help: 'Number of failed inference requests',
    labelNames: [...labelNames, 'reason'],
    registers: [registry],
  })
  const inferences = counter('nv_inference_count', 'Number of inferences performed')
  const executions = counter('nv_inference_exec_count', 'Number of model executions performed')
  const total = counter(
    'nv_inference_request_duration_us',
    'Cumulative inference request duration in microseconds',
  )
  const queue = counter(
    'nv_inference_queue_duration_us',
    'Cumulative time spent in the queue in microseconds',
  )
  const input = counter(
    'nv_inference_compute_input_duration_us',
    'Cumulative compute input time in microseconds',
  )
  const infer = counter('nv_inference_compute_infer_duration_us', 'Cumulative compute time in microseconds')
  const output = counter(
    'nv_inference_compute_output_duration_us',
    'Cumulative compute output time in microseconds',
  )
  const hits = counter('nv_cache_num_hits_per_model', 'Number of cache hits per model')
  const misses = counter('nv_cache_num_misses_per_model', 'Number of cache misses per model')
  registerPending(registry, served)
  const onRequest = (event: RequestEvent, labels: { readonly model: string; readonly version: string }) => {
    if (event.outcome !== 'SUCCESS') {
      failure.inc({ ...labels, reason: event.outcome })
      return
    }
    success.inc(labels)
    total.inc(labels, microseconds(event.endedMs - event.startedMs))
    if (event.cache === 'hit') hits.inc(labels)
    else inferences.inc(labels, event.elements)
    if (event.cache === 'miss') misses.inc(labels)
    const durations = phaseDurations(event)
    if (!durations) return
    queue.inc(labels, microseconds(durations.queue))
    input.inc(labels, microseconds(durations.assembly))
    infer.inc(labels, microseconds(durations.compute))
    output.inc(labels, microseconds(durations.output))
  }
  return (event) => {
    if (event.kind === 'request' && event.model !== undefined && event.version !== undefined) {
      onRequest(event, { model: event.model, version: event.version })
    } else if (event.kind === 'batch' && !event.failed) {
      executions.inc({ model: event.model, version: event.version })
    }
  }
}

/** Clocks of different threads may disagree by a hair; counters never go back. */
const microseconds = (ms: number): number => Math.max(0, Math.round(ms * 1000))

function registerPending(registry: Registry, served: () => readonly ServedVersion[]): void {
  new Gauge({
    name: 'nv_inference_pending_request_count',
    help: 'Number of requests awaiting execution',
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      for (const { model, version, scheduler } of served()) this.set({ model, version }, scheduler.pending)
    },
  })
}
