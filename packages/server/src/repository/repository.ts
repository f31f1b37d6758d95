/** The models of a server: what is loaded and when, what serves, and what is closed. */
import { SlipwayError } from '@slipway/core'
import { systemClock } from '../contract/clock.ts'
import type { LoadOverrides, Models } from '../contract/models.ts'
import { assertModelName } from '../oip/names.ts'
import type { Host } from './host.ts'
import { limitConcurrency } from './limit-concurrency.ts'
import { loadModel } from './load-model.ts'
import { memoryBudget } from './memory-budget.ts'
import { findReady, type ModelEntry, modelEntry, statusesOf } from './model-entry.ts'
import { isSettled, loadFingerprint } from './plan.ts'
import type { RepositoryOptions } from './repository-options.ts'
import { retireAll } from './retire.ts'
import { stepGraph, stepsOf } from './step-graph.ts'

export interface Repository extends Models {
  /** Told the name of each model of which versions end without a successor, before that waits for those who use them. */
  onRelease(listener: (model: string) => void): void
  /** Looks for changes at once; of use in the mode `poll`. */
  poll(): Promise<void>
}

/** More than this at the same time would only be in each other's way. */
const mostLoads = 2
const defaultPollMs = 15_000
const refusals = {
  none: 'explicit model load / unload is not allowed',
  poll: 'explicit model load / unload is not allowed if polling is enabled',
} as const // Triton's texts, which clients compare

/** Reads the list of models and starts loading them. Throws SLP-R8 where the repository cannot be read. */
export async function openRepository(options: RepositoryOptions): Promise<Repository> {
  const { source, mode, startup = [], pollMs = defaultPollMs, strictReadiness = true } = options
  const clock = options.clock ?? systemClock
  const entries = new Map<string, ModelEntry>()
  const releaseListeners: ((model: string) => void)[] = []
  const steps = stepGraph(entries)
  let closing: Promise<void> | undefined
  let isComplete = false
  let stopPolling = () => {}
  const host: Host = {
    ...options,
    clock,
    budget: memoryBudget(options.memoryLimitBytes),
    limit: limitConcurrency(mostLoads),
    retirements: new Set(),
    onRelease: (model) => {
      for (const listener of releaseListeners) listener(model)
    },
    isClosing: () => closing !== undefined,
  }

  /** Names that have to be ready for the server to be. */
  const wanted = new Set<string>()
  await look()
  const isAll = mode !== 'explicit' || startup.includes('*')
  for (const name of isAll ? entries.keys() : startup) wanted.add(name)
  const loading = Promise.all([...wanted].map((name) => load(name).catch(() => {}))).finally(() => {
    isComplete = true
    if (mode === 'poll') schedule()
  })

  return {
    loaded: loading.then(index),
    get ready() {
      const isReady = (name: string) => (entries.get(name)?.ready.length ?? 0) > 0
      return isComplete && !closing && (!strictReadiness || [...wanted].every(isReady))
    },
    index,
    versions: (name) => named(name).ready,
    find: (name, version) => findReady(named(name), version),
    async load(name, overrides) {
      refuseCall(name)
      await load(name, overrides)
      wanted.add(name)
    },
    async unload(name, { dependents = false } = {}) {
      refuseCall(name)
      await unload(named(name), dependents)
    },
    close() {
      stopPolling()
      closing ??= closeAll()
      return closing
    },
    onRelease: (listener) => void releaseListeners.push(listener),
    poll,
  }

  function index() {
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap(statusesOf)
  }

  function named(name: string): ModelEntry {
    const entry = entries.get(name)
    if (entry) return entry
    assertModelName(name)
    throw new SlipwayError('SLP-R1', `Cannot find model: the repository has no such name, got "${name}"`)
  }

  function entryOf(name: string): ModelEntry {
    const entry = entries.get(name) ?? modelEntry(name)
    entries.set(name, entry)
    return entry
  }

  function refuseCall(name: string): void {
    assertModelName(name)
    if (mode !== 'explicit') throw new SlipwayError('SLP-R15', refusals[mode])
    if (closing)
      throw new SlipwayError('SLP-R7', 'Cannot change models: the server must be up, got it stopping')
  }

  /** Keeps what is loaded, whatever has become of it in the source. */
  async function look(): Promise<void> {
    const found = await source.list()
    for (const model of found) entryOf(model.name).found = model
    const names = new Set(found.map(({ name }) => name))
    for (const [name, entry] of entries) if (!names.has(name)) forget(entry)
  }

  function forget(entry: ModelEntry): void {
    entry.found = undefined
    if (entry.ready.length > 0 || entry.loading) return
    entries.delete(entry.name)
    wanted.delete(entry.name)
  }

  function load(name: string, overrides: LoadOverrides = {}): Promise<void> {
    const isNew = !entries.has(name)
    const entry = entryOf(name)
    const result = entry.line.addLatest(() =>
      loadModel(host, entry, overrides, (step) => steps.follow(name, step, () => ensureReady(step))),
    )
    entry.loading = result
    const end = () => {
      if (entry.loading === result) entry.loading = undefined
      if (isNew && !entry.found && entry.versions.size === 0) entries.delete(name)
    }
    result.then(end, end)
    return result
  }

  async function ensureReady(name: string): Promise<void> {
    const entry = entries.get(name)
    if (!entry || entry.ready.length === 0) await (entry?.loading ?? load(name))
  }

  async function unload(entry: ModelEntry, withSteps: boolean): Promise<void> {
    const own = new Set(withSteps ? entry.ready.flatMap(({ config }) => stepsOf(config)) : [])
    wanted.delete(entry.name)
    await entry.line.add(async () => {
      entry.applied = undefined
      await retireAll(host, entry, 'unloaded')
    })
    for (const name of own) {
      const step = entries.get(name)
      if (step) await unload(step, false)
    }
  }

  function schedule(): void {
    if (closing) return
    stopPolling = clock.setTimer(pollMs, () => void poll().finally(schedule))
  }

  async function poll(): Promise<void> {
    try {
      await look()
    } catch (error) {
      const message = `the model repository cannot be read: ${error instanceof SlipwayError ? error.message : 'it failed'}`
      options.observe({ kind: 'alert', severity: 'warning', message, model: undefined })
      return
    }
    await Promise.all([...entries.values()].map(follow))
  }

  /** Brings one model to what the source has now. */
  async function follow(entry: ModelEntry): Promise<void> {
    const { found } = entry
    if (!found) {
      await unload(entry, false)
      entries.delete(entry.name)
    } else if (isSettled(found) && loadFingerprint(found) !== entry.applied) {
      // A model that was never there does not make the server less ready than it is.
      await load(entry.name).then(
        () => wanted.add(entry.name),
        () => {},
      )
    }
  }

  async function closeAll(): Promise<void> {
    await loading
    await Promise.all(
      [...entries.values()].map((entry) => entry.line.add(() => retireAll(host, entry, 'unloaded'))),
    )
    await Promise.all(host.retirements)
    await source[Symbol.asyncDispose]()
  }
}
