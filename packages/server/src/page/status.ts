import type { ModelStatus } from '../contract/models.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { Services } from '../contract/services.ts'
import { defineRoute, jsonReply, type Route } from '../http/route.ts'
import type { LiveRates } from '../observe/live-rates.ts'

/** What the status page reads besides the services. */
interface StatusSources {
  readonly rates: () => readonly LiveRates[]
  readonly startedAtMs: number
  /** 99th percentile of the event loop's delay since the last call. */
  readonly eventLoopLagMs: () => number
}

/** Everything that the status page shows, as JSON. docs/serving.md describes the fields. */
export function statusRoute(sources: StatusSources): Route {
  return defineRoute({
    method: 'GET',
    paths: ['/slipway/v1/status'],
    about: 'Models, versions and their states, live rates and latencies, traffic shares, and the process.',
    permission: { group: 'statistics', access: 'read' },
    errors: [],
    handle: ({ services }) => jsonReply(statusOf(services, sources)),
  })
}

function statusOf(services: Services, { rates, startedAtMs, eventLoopLagMs }: StatusSources): object {
  const { models, about, draining } = services
  const memory = process.memoryUsage()
  const live = new Map(rates().map((rate) => [`${rate.model}/${rate.version}`, rate]))
  const byName = grouped(models.index())
  return {
    server: {
      ...about,
      startedAtMs,
      uptimeMs: Date.now() - startedAtMs,
      ready: models.ready && !draining,
      draining,
      residentBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      arrayBufferBytes: memory.arrayBuffers,
      eventLoopLagMs: eventLoopLagMs(),
    },
    models: [...byName].map(([name, statuses]) => ({
      name,
      rollout: services.rollouts.get(name) ?? null,
      breakers: services.rollouts.breakers().filter(({ model }) => model === name),
      versions: statuses.map((status) => describeVersion(status, services, live)),
    })),
  }
}

function describeVersion(
  { name, version, state, reason }: ModelStatus,
  { models }: Services,
  live: ReadonlyMap<string, LiveRates>,
): object {
  const served = state === 'READY' && version !== undefined ? find(models, name, version) : undefined
  return {
    version: version ?? null,
    state,
    reason,
    live: live.get(`${name}/${version}`) ?? null,
    ...(served && describeServed(served)),
  }
}

function describeServed({
  inputs,
  outputs,
  sizeBytes,
  signatures,
  scheduler,
  executor,
  config,
}: ServedVersion): object {
  const tensors = (list: ServedVersion['inputs']) =>
    list.map(({ name, datatype, shape }) => ({ name, datatype, shape }))
  return {
    inputs: tensors(inputs),
    outputs: tensors(outputs),
    sizeBytes,
    signatures: signatures ?? null,
    pending: scheduler.pending,
    running: scheduler.running,
    maxBatchSize: config.maxBatchSize,
    scheduling: config.schedulingChoice.case ?? 'none',
    executor: executor?.report() ?? null,
  }
}

/** A version may go between the list and the look at it. */
function find(models: Services['models'], name: string, version: string): ServedVersion | undefined {
  return models.versions(name).find((served) => served.version === version)
}

function grouped(statuses: readonly ModelStatus[]): Map<string, ModelStatus[]> {
  const groups = new Map<string, ModelStatus[]>()
  for (const status of statuses) groups.set(status.name, [...(groups.get(status.name) ?? []), status])
  return groups
}
