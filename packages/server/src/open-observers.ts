/** The readers of events, as the options ask for them. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Logger } from 'pino'
import type { CloseStack } from './close-stack.ts'
import type { Observe } from './contract/event.ts'
import type { Models } from './contract/models.ts'
import type { Rollouts } from './contract/rollouts.ts'
import type { About } from './contract/services.ts'
import type { Settings } from './contract/settings.ts'
import type { Store } from './contract/store.ts'
import { keepAudit } from './observe/audit-trail.ts'
import { createLiveRates, type LiveRateReader } from './observe/live-rates.ts'
import { logEvents } from './observe/logs.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { openOtlpMetrics } from './observe/otlp-metrics.ts'
import { createRecentEvents, type RecentEvents } from './observe/recent-events.ts'
import { createSettings } from './observe/settings.ts'
import { createStatistics, type StatisticsReader } from './observe/statistics.ts'
import { openTraces } from './observe/traces.ts'
import type { Observability } from './server-options.ts'

export interface Observed {
  readonly about: About
  readonly models: Models
  readonly rollouts: Rollouts
  readonly store: Store
  readonly logger: Logger
  readonly observe: Observe
}

export interface Observers {
  readonly statistics: StatisticsReader
  readonly settings: Settings
  readonly metrics: Metrics
  readonly rates: LiveRateReader
  readonly recent: RecentEvents
  /** 99th percentile of the event loop's delay since the last call, in milliseconds. */
  eventLoopLagMs(): number
  readonly readers: readonly Observe[]
}

export function openObservers(
  { metricsCompat, otlpEndpoint, trace, log }: Observability,
  { about, models, rollouts, store, logger, observe }: Observed,
  stack: CloseStack,
): Observers {
  const statistics = createStatistics(models)
  // With somewhere to send them, requests that belong to a sampled trace are traced.
  const level = otlpEndpoint === undefined ? {} : { trace_level: ['TIMESTAMPS'] }
  const settings = createSettings({ trace: { ...level, ...trace }, ...(log && { log }) })
  const metrics = stack.use(createMetrics({ models, rollouts, compat: metricsCompat }), (one) => one.close())
  const rates = createLiveRates(models)
  const recent = createRecentEvents()
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  stack.use(delay, (one) => void one.disable())
  const own = [statistics, metrics, rates, recent].map((reader) => reader.observe)
  return {
    statistics,
    settings,
    metrics,
    rates,
    recent,
    eventLoopLagMs() {
      const lag = delay.percentile(99) / 1e6
      delay.reset()
      return lag
    },
    readers: [
      ...own,
      logEvents(logger, settings),
      keepAudit(store, observe),
      ...openExports(otlpEndpoint, about, settings, stack),
    ],
  }
}

function openExports(
  endpoint: string | undefined,
  { name, version }: About,
  settings: Settings,
  stack: CloseStack,
): readonly Observe[] {
  if (endpoint === undefined) return []
  const service = { endpoint, serviceName: name, serviceVersion: version }
  const traces = stack.use(openTraces({ ...service, settings }), (one) => one.close())
  const metrics = stack.use(openOtlpMetrics(service), (one) => one.close())
  return [traces.observe, metrics.observe]
}
