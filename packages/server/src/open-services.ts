/** Puts the stages together: everything behind the protocols. */
import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { type CloseStack, closeStack } from './close-stack.ts'
import type { Observe } from './contract/event.ts'
import type { Models } from './contract/models.ts'
import type { Rollout } from './contract/rollout.ts'
import type { About, Services } from './contract/services.ts'
import { fanOut } from './observe/fan-out.ts'
import { type Observers, openObservers } from './open-observers.ts'
import { createEnsemble } from './pipeline/ensemble.ts'
import { createPipeline, type Pipeline } from './pipeline/infer.ts'
import { openPolicy } from './policy/open-policy.ts'
import { openRepository, type Repository } from './repository/repository.ts'
import { openSessions } from './repository/sessions.ts'
import { createBreakers } from './router/breaker.ts'
import { type CompiledRollout, compileRollout } from './router/compile-rollout.ts'
import { openRollouts, type RolloutCache } from './router/rollouts.ts'
import { createRouter, type Router } from './router/router.ts'
import { createShadows } from './router/shadow.ts'
import { createScheduler } from './scheduler/create-scheduler.ts'
import { createRateLimits } from './scheduler/rate-limits.ts'
import { createResponseCache } from './scheduler/response-cache.ts'
import type { ServerOptions } from './server-options.ts'
import { lockedSource } from './source/locked-source.ts'
import { sourceOf } from './source/source-of.ts'
import { openStore } from './store/open-store.ts'

/** `draining`: not ready, but everything is answered. `stopping`: new requests are refused. */
export type Phase = 'up' | 'draining' | 'stopping'

export interface OpenServices {
  readonly services: Services
  readonly models: Repository
  readonly observers: Observers
  enter(phase: Phase): void
  close(): Promise<void>
}

const defaultQueueSize = 10_000
const defaultCacheBytes = 64 * 2 ** 20

/** Extensions of the protocol that this server really has. */
const extensions = [
  'binary_tensor_data',
  'classification',
  'logging',
  'model_configuration',
  'model_repository',
  'model_repository(unload_dependents)',
  'parameters',
  'schedule_policy',
  'sequence',
  'statistics',
  'trace',
] as const

/**
 * Opens everything; models load in the background.
 *
 * @throws SLP-R8 where the repository cannot be read, SLP-R17 where the store cannot be reached.
 */
export async function openServices(options: ServerOptions): Promise<OpenServices> {
  const stack = closeStack()
  try {
    return await openStages(options, stack)
  } catch (error) {
    await stack.close()
    throw error
  }
}

async function openStages(options: ServerOptions, stack: CloseStack): Promise<OpenServices> {
  const { observability = {}, auth } = options
  const about: About = { name: 'slipway', version: ownVersion(), extensions }
  let phase: Phase = 'up'
  const logger = observability.logger ?? pino({ level: 'silent' })
  const readers: Observe[] = []
  const observe = fanOut(readers, (err) => logger.error({ err }, 'an event could not be read'))
  const store = stack.use(await openStore({ url: options.state ?? ':memory:' }), (one) => one.close())
  const breakers = createBreakers({ ...options.breakers, observe })
  const rollouts = stack.use(await openRollouts({ store, breakers, observe }), (one) => one.close())
  const models = stack.use(await openModels(options, observe, (name) => router.standard(name)), (one) =>
    one.close(),
  )
  const rollout = rolloutsOf(models, rollouts)
  const router = createRouter({ models, rollout, breakers, observe })
  const policy = stack.use(await openPolicy({ ...auth, required: auth !== undefined, store }), (one) =>
    one.close(),
  )
  const sessions = stack.use(await openSessions({ ...options.sessions, models, store }), (one) => one.end())
  models.onRelease((name) => sessions.releaseModel(name))
  const observers = openObservers(observability, { about, models, rollouts, store, logger, observe }, stack)
  readers.push(...observers.readers)
  const pipeline = openPipeline(options, { models, router, rollout, observe, phase: () => phase })
  const { statistics, settings, metrics } = observers
  const services: Services = {
    about,
    get draining() {
      return phase !== 'up'
    },
    infer: pipeline.infer,
    predict({ served }, request, caller) {
      const { model, version } = served
      return pipeline.answer(served, { ...request, model, version }, caller)
    },
    ...{ models, sessions, rollouts, policy, statistics, settings, metrics, store, observe },
  }
  const enter = (next: Phase) => {
    phase = next
  }
  return { services, models, observers, enter, close: stack.close }
}

async function openModels(
  options: ServerOptions,
  observe: Observe,
  standard: Router['standard'],
): Promise<Repository> {
  const { repository, modelName, settleMs, limits = {} } = options
  const found =
    typeof repository === 'string'
      ? await sourceOf(repository, process.env, { modelName, settleMs })
      : repository
  const source = options.lock ? lockedSource(found, options.lock) : found
  const models: Repository = await openRepository({
    source,
    mode: options.control ?? 'none',
    startup: options.loadModels,
    pollMs: options.pollMs,
    strictReadiness: options.strictReadiness,
    defaultVersions: options.versions ?? 'all',
    defaultMaxBatchSize: options.defaultMaxBatchSize,
    defaultMaxQueueSize: limits.queueSize ?? defaultQueueSize,
    execution: options.execution,
    memoryLimitBytes: limits.modelBytes,
    // Files of a call have no entry in a lock.
    allowFileOverrides: options.allowFileOverrides && !options.lock,
    createScheduler,
    createEnsemble: ({ model, completed }) =>
      createEnsemble({
        model,
        config: completed.config.model,
        find: (name, version) => (version === undefined ? standard(name) : models.find(name, version)),
      }),
    observe,
  })
  return models
}

interface Routing {
  readonly models: Models
  readonly router: Router
  readonly rollout: (model: string) => CompiledRollout | undefined
  readonly observe: Observe
  readonly phase: () => Phase
}

function openPipeline({ limits = {} }: ServerOptions, routing: Routing): Pipeline {
  const { models, router, rollout, observe, phase } = routing
  const { cacheBytes = defaultCacheBytes, shadows } = limits
  return createPipeline({
    router,
    shadows: createShadows({ observe, ...(shadows !== undefined && { concurrency: shadows }) }),
    rollout: (model) => rollout(model)?.rollout,
    limits: createRateLimits({ rules: (model) => newest(models, model)?.rates ?? limits.rates }),
    cache: cacheBytes === 0 ? undefined : createResponseCache({ maxBytes: cacheBytes }),
    observe,
    isKnown: (model) => newest(models, model) !== undefined,
    stopping: () => phase() === 'stopping',
  })
}

/** The rollout in the store, else the one that the model's own configuration starts with. */
function rolloutsOf(models: Models, stored: RolloutCache): (model: string) => CompiledRollout | undefined {
  const seeds = new WeakMap<Omit<Rollout, 'model'>, CompiledRollout>()
  return (model) => {
    const own = stored.compiled(model)
    const seed = own ? undefined : newest(models, model)?.rolloutSeed
    if (!seed) return own
    const known = seeds.get(seed) ?? compileRollout({ model, ...seed })
    seeds.set(seed, known)
    return known
  }
}

/** The highest version that is ready; undefined for a model that is not there. */
function newest(models: Models, model: string) {
  try {
    return models.versions(model).at(-1)
  } catch {
    return undefined
  }
}

function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version // this package's own manifest
}
