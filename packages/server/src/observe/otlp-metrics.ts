/** The main metrics over OTLP, for collectors that do not scrape. */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { type IMetricReader, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import type { Observe } from '../contract/event.ts'
import { phaseDurations, phases } from './durations.ts'

export interface OtlpMetricsOptions {
  /** Where metrics go, such as `http://collector:4318`. */
  readonly endpoint: string
  readonly serviceName: string
  readonly serviceVersion: string
  /** 10 000 unless given. */
  readonly intervalMs?: number
  /** In place of the export, for tests. */
  readonly reader?: IMetricReader
}

export interface OtlpMetrics {
  readonly observe: Observe
  /** Sends what is left. */
  close(): Promise<void>
}

const defaultIntervalMs = 10_000

export function openOtlpMetrics(options: OtlpMetricsOptions): OtlpMetrics {
  const { endpoint, serviceName, serviceVersion, intervalMs = defaultIntervalMs } = options
  const url = `${endpoint.replace(/\/$/, '')}/v1/metrics`
  const reader =
    options.reader ??
    new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url }),
      exportIntervalMillis: intervalMs,
      exportTimeoutMillis: intervalMs / 2,
    })
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': serviceVersion }),
    readers: [reader],
  })
  const meter = provider.getMeter('slipway', serviceVersion)
  const request = meter.createHistogram('slipway.request.duration', { unit: 's' })
  const phase = meter.createHistogram('slipway.phase.duration', { unit: 's' })
  const batches = meter.createHistogram('slipway.batch.size', { unit: '{element}' })
  const fallbacks = meter.createCounter('slipway.fallbacks', { unit: '{request}' })
  return {
    observe(event) {
      if (event.kind === 'request') {
        const { model = '', version = '', protocol, outcome } = event
        request.record((event.endedMs - event.startedMs) / 1000, { model, version, protocol, outcome })
        const durations = phaseDurations(event)
        for (const name of durations ? phases : []) {
          phase.record(durations![name] / 1000, { model, version, phase: name })
        }
      } else if (event.kind === 'batch') {
        batches.record(event.elements, { model: event.model, version: event.version, reason: event.reason })
      } else if (event.kind === 'fallback') fallbacks.add(1, { model: event.model, version: event.version })
    },
    close: () => provider.shutdown(),
  }
}
