/** Services for tests of protocols: models that answer what they were asked, and a policy that a test decides. */
import { SlipwayError } from '@slipway/core'
import type { ServerEvent } from '../contract/event.ts'
import type { Models } from '../contract/models.ts'
import { anonymous } from '../contract/principal.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { Infer, Services } from '../contract/services.ts'
import type { Lease, Sessions } from '../contract/sessions.ts'
import type { LogSettings, Settings, TraceSettings } from '../contract/settings.ts'
import type { Duration, VersionStatistics } from '../contract/statistics.ts'
import { noParameters } from '../oip/parameters.ts'
import { fakeModels, fakeServed } from './fake-served.ts'
import { fakeStore } from './fake-store.ts'

export interface FakeServices extends Services {
  draining: boolean
  readonly events: ServerEvent[]
  /** What changed models, such as `load m`. */
  readonly changes: string[]
}

/** One model `m` with the versions 1 and 2 unless others are given. */
export function fakeServices(
  given: Partial<Services> = {},
  versions: readonly ServedVersion[] = [fakeServed('1'), fakeServed('2')],
): FakeServices {
  const events: ServerEvent[] = []
  const changes: string[] = []
  const models = allModels(versions, changes)
  const infer = echo(models)
  const sessions = fakeSessions(models)
  return {
    about: { name: 'slipway', version: '1.2.3', extensions: ['statistics', 'binary_tensor_data'] },
    draining: false,
    models,
    infer,
    predict: ({ served: { model, version } }, request, caller) =>
      infer({ ...request, model, version }, caller),
    sessions,
    rollouts: unused('rollouts'),
    store: fakeStore(),
    metrics: { contentType: 'text/plain', text: async () => '' },
    policy: { authenticate: async () => anonymous, authorize: () => {} },
    statistics: {
      read: (model) => (model === undefined ? versions : models.versions(model)).map(statisticsOf),
    },
    settings: fakeSettings(),
    observe: (event) => void events.push(event),
    events,
    changes,
    ...given,
  }
}

/** Answers each input as an output of the same name. */
const echo =
  (models: Pick<Models, 'find'>): Infer =>
  async (request) => {
    const { model, version } = models.find(request.model, request.version)
    if (request.inputs instanceof Uint8Array) throw new Error('the tests have no raw bodies')
    const outputs = request.inputs.map(({ name, datatype, tensor }) => ({
      name,
      datatype,
      tensor: tensor(),
      parameters: noParameters,
    }))
    return { model, version, id: request.id, parameters: noParameters, outputs }
  }

function allModels(versions: readonly ServedVersion[], changes: string[]): Models {
  const known = fakeModels(versions)
  const index = versions.map(({ model, version }) => ({
    name: model,
    version,
    state: 'READY' as const,
    reason: '',
  }))
  return {
    ...known,
    loaded: Promise.resolve(index),
    ready: true,
    index: () => [...index, { name: 'broken', version: '1', state: 'UNAVAILABLE', reason: 'it is corrupt' }],
    async load(name, overrides = {}) {
      if (name === 'broken')
        throw new SlipwayError('SLP-R8', 'Cannot load model: it must be a model, got "broken"')
      const files = [...(overrides.files ?? [])].map(([path, bytes]) => `${path}:${bytes.length}`)
      changes.push(['load', name, overrides.config, ...files].filter(Boolean).join(' '))
    },
    unload: async (name, { dependents } = {}) =>
      void changes.push(`unload ${name}${dependents ? ' dependents' : ''}`),
    close: async () => {},
  }
}

function fakeSessions(models: Pick<Models, 'find'>): Sessions {
  const leases = new Map<string, Lease>()
  const use = (handle: string) => {
    const lease = leases.get(handle)
    if (lease) return lease
    throw new SlipwayError('SLP-R16', 'Cannot use session: it must be open, got another')
  }
  return {
    async open({ model, version, device, leaseMs = 1000 }) {
      const served = models.find(model, version)
      const lease = { handle: `h${leases.size}`, device: device || 'cpu', expiresAtMs: leaseMs, served }
      leases.set(lease.handle, lease)
      return lease
    },
    modelOf: (handle) => use(handle).served.model,
    use,
    async renew(handle, leaseMs = 1000) {
      const lease = { ...use(handle), expiresAtMs: leaseMs + 5000 }
      leases.set(handle, lease)
      return lease
    },
    close: async (handle) => void leases.delete(use(handle).handle),
    list: () => [...leases.values()],
  }
}

function fakeSettings(): Settings {
  let trace: TraceSettings = {
    trace_file: '',
    trace_level: ['OFF'],
    trace_rate: '1000',
    trace_count: '-1',
    log_frequency: '0',
    trace_mode: 'opentelemetry',
  }
  let log: LogSettings = {
    log_file: '',
    log_info: true,
    log_warning: true,
    log_error: true,
    log_verbose_level: 0,
    log_format: 'default',
  }
  const given = (change: object) =>
    Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null))
  return {
    trace: () => trace,
    setTrace: (change) => {
      trace = { ...trace, ...given(change) }
      return trace
    },
    log: () => log,
    setLog: (change) => {
      log = { ...log, ...change }
      return log
    },
  }
}

const zero: Duration = { count: 0, ns: 0 }
const statisticsOf = ({ model, version }: ServedVersion): VersionStatistics => ({
  model,
  version,
  lastInferenceMs: 5,
  inferenceCount: 6,
  executionCount: 3,
  success: { count: 6, ns: 1000 },
  fail: zero,
  queue: zero,
  computeInput: zero,
  computeInfer: { count: 3, ns: 900 },
  computeOutput: zero,
  cacheHit: zero,
  cacheMiss: zero,
  batches: [{ batchSize: 2, computeInput: zero, computeInfer: { count: 3, ns: 900 }, computeOutput: zero }],
  memory: [{ type: 'CPU', id: 0, sizeBytes: 1000 }],
})

/** Fails a test that touches what it did not give. */
function unused<T extends object>(name: string): T {
  const refuse = () => {
    throw new Error(`this test gave no ${name}`)
  }
  return new Proxy({} as T, { get: refuse }) // no field is ever read
}
