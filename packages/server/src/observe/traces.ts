/** Requests as OpenTelemetry spans: one for the request and one for each stage, exported over OTLP. */
import { type Context, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Observe, RequestEvent } from '../contract/event.ts'
import type { Settings } from '../contract/settings.ts'

export interface TraceOptions {
  /** Where spans go, such as `http://collector:4318`. */
  readonly endpoint: string
  readonly serviceName: string
  readonly serviceVersion: string
  readonly settings: Pick<Settings, 'trace'>
  /** In place of the export, for tests. */
  readonly processor?: SpanProcessor
}

export interface Traces {
  readonly observe: Observe
  /** Sends what is left. */
  close(): Promise<void>
}

/** Times of events count from here. */
const originMs = performance.timeOrigin

export function openTraces({
  endpoint,
  serviceName,
  serviceVersion,
  settings,
  processor,
}: TraceOptions): Traces {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': serviceVersion }),
    spanProcessors: [processor ?? new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  })
  const tracer = provider.getTracer('slipway', serviceVersion)
  const sampler = createSampler(settings)
  return {
    observe(event) {
      if (event.kind === 'request' && sampler(event)) writeSpans(tracer, event)
    },
    close: () => provider.shutdown(),
  }
}

/** A request of a trace that its client samples is traced; others by rate and count of the settings. */
function createSampler(settings: Pick<Settings, 'trace'>): (event: RequestEvent) => boolean {
  const seen = new Map<string, { requests: number; traced: number }>()
  return ({ model = '', trace: context }) => {
    const { trace_level, trace_rate, trace_count } = settings.trace(model === '' ? undefined : model)
    if (trace_level.includes('OFF')) return false
    const parent = trace.getSpanContext(context)
    if (parent) return (parent.traceFlags & 1) === 1
    const state = seen.get(model) ?? { requests: 0, traced: 0 }
    seen.set(model, state)
    const most = Number(trace_count)
    if (state.requests++ % Number(trace_rate) !== 0 || (most >= 0 && state.traced >= most)) return false
    state.traced++
    return true
  }
}

function writeSpans(tracer: Tracer, event: RequestEvent): void {
  const { protocol, tenant, model, version, outcome, error, route, cache, batchSize, times } = event
  const attributes = {
    'slipway.protocol': protocol,
    'slipway.tenant': tenant,
    'slipway.outcome': outcome,
    ...(model !== undefined && { 'slipway.model': model }),
    ...(version !== undefined && { 'slipway.version': version }),
    ...(route !== undefined && { 'slipway.route': route }),
    ...(cache !== undefined && { 'slipway.cache': cache }),
    ...(batchSize !== undefined && { 'slipway.batch_size': batchSize }),
    ...(error !== undefined && { 'error.type': error }),
  }
  const options = { kind: SpanKind.SERVER, startTime: originMs + event.startedMs, attributes }
  const span = tracer.startSpan('infer', options, event.trace)
  const inside = trace.setSpan(event.trace, span)
  if (event.routedMs !== undefined) stage(tracer, inside, 'route', event.startedMs, event.routedMs)
  if (times) {
    stage(tracer, inside, 'queue', times.queuedMs, times.dispatchedMs)
    stage(tracer, inside, 'assembly', times.dispatchedMs, times.computeStartMs)
    stage(tracer, inside, 'compute', times.computeStartMs, times.computeEndMs)
    stage(tracer, inside, 'output', times.computeEndMs, times.endedMs)
  }
  if (outcome !== 'SUCCESS') span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(originMs + event.endedMs)
}

function stage(tracer: Tracer, parent: Context, name: string, startMs: number, endMs: number): void {
  tracer.startSpan(name, { startTime: originMs + startMs }, parent).end(originMs + endMs)
}
