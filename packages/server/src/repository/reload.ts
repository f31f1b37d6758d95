/** Puts other versions of a model in the place of those that serve. */
import { SlipwayError } from '@slipway/core'
import type { ServingConfig } from '../config/serving-config.ts'
import type { Clock } from '../contract/clock.ts'
import type { ModelSource } from '../source/source.ts'
import type { MemoryBudget, Share } from './memory-budget.ts'
import { type ModelEntry, servedOf, type VersionEntry, versionEntry } from './model-entry.ts'
import { type OpenVersion, openVersion } from './open-version.ts'
import type { RepositoryOptions } from './repository-options.ts'

export interface Host extends RepositoryOptions {
  readonly clock: Clock
  readonly budget: MemoryBudget
  /** Bounds how many versions are opened at the same time. */
  limit<T>(task: () => Promise<T>): Promise<T>
  /** Closes what does not serve any more, which takes as long as somebody uses it. */
  readonly retirements: Set<Promise<void>>
  readonly isClosing: () => boolean
}

export interface Wanted {
  readonly source: ModelSource
  readonly config: ServingConfig
  /** Those to be served, in ascending order. */
  readonly versions: readonly string[]
  /** Why some of them cannot be. */
  readonly problems: ReadonlyMap<string, string>
  /** Called once nothing of the source is open any more. */
  onClosed(): Promise<void>
}

/**
 * Opens all wanted versions beside those that serve, then swaps. Where one fails, what was served before goes on.
 * Resolves with the reasons of failures, by version.
 */
export async function reload(
  host: Host,
  entry: ModelEntry,
  wanted: Wanted,
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map(wanted.problems)
  const opened = new Map<string, OpenVersion>()
  const uses = countUses(wanted)
  for (const version of wanted.versions) {
    const known = versionEntry(entry, version)
    if (!known.open) Object.assign(known, { state: 'LOADING', reason: '' })
  }
  if (wanted.config.slipway.reload === 'resource') await retireAll(host, entry, 'it is being replaced')
  for (const version of wanted.versions) {
    if (failures.has(version)) continue
    try {
      opened.set(
        version,
        await host.limit(() => openCounted(host, entry, { ...wanted, onClosed: uses.end }, version)),
      )
      uses.begin()
    } catch (error) {
      failures.set(version, reasonOf(error))
      const reason = failures.get(version)!
      host.observe({ kind: 'load', model: entry.name, version, ok: false, loadMs: 0, warmupMs: 0, reason })
    }
  }
  swap(host, entry, { wanted, opened, failures })
  await uses.end()
  return failures
}

/** Calls `onClosed` once, when the load itself and all versions that it opened have ended. */
function countUses({ onClosed }: Wanted): { begin(): void; end(): Promise<void> } {
  let count = 1
  return {
    begin: () => {
      count += 1
    },
    end: async () => {
      count -= 1
      if (count === 0) await onClosed()
    },
  }
}

async function openCounted(
  host: Host,
  entry: ModelEntry,
  { source, config, onClosed }: Wanted,
  version: string,
): Promise<OpenVersion> {
  if (host.isClosing())
    throw new SlipwayError('SLP-R7', 'Cannot load model: the server must be up, got it stopping')
  const { name } = entry
  let share: Share | undefined
  try {
    const open = await openVersion(host, {
      model: name,
      version,
      source,
      config,
      onSize: (bytes) => {
        share = host.budget.add(`version ${version} of model "${name}"`, bytes)
      },
      onBroken: (reason) => onBroken(host, entry, version, reason),
    })
    const counted = countClosed(open, async () => {
      share?.remove()
      await onClosed()
    })
    try {
      share?.measure(open.sizeBytes)
    } catch (error) {
      await open.retire()
      throw error
    }
    const { loadMs, warmupMs } = open
    host.observe({ kind: 'load', model: name, version, ok: true, loadMs, warmupMs, reason: '' })
    return counted
  } catch (error) {
    share?.remove()
    throw error
  }
}

function countClosed(open: OpenVersion, onClosed: () => Promise<void>): OpenVersion {
  let retirement: Promise<void> | undefined
  return {
    ...open,
    retire() {
      retirement ??= open.retire().then(onClosed)
      return retirement
    },
  }
}

interface Change {
  readonly wanted: Wanted
  readonly opened: ReadonlyMap<string, OpenVersion>
  readonly failures: ReadonlyMap<string, string>
}

function swap(host: Host, entry: ModelEntry, { wanted, opened, failures }: Change): void {
  const before = entry.ready
  const replaced: [VersionEntry, OpenVersion][] = []
  const startMs = host.clock.nowMs()
  for (const [version, open] of opened) {
    const known = versionEntry(entry, version)
    if (known.open) replaced.push([known, known.open])
    Object.assign(known, { open, state: 'READY', reason: '' })
  }
  for (const [version, reason] of failures) {
    const known = versionEntry(entry, version)
    Object.assign(known, known.open ? { reason } : { state: 'UNAVAILABLE', reason })
  }
  const isWhole = failures.size === 0
  for (const known of entry.versions.values()) {
    if (!isWhole || wanted.versions.includes(known.version) || !known.open) continue
    replaced.push([known, known.open])
    Object.assign(known, { open: undefined, state: 'UNLOADING', reason: '' })
  }
  entry.ready = servedOf(entry)
  const pauseMs = host.clock.nowMs() - startMs
  const newest = [...opened.keys()].at(-1)
  if (before.length > 0 && newest !== undefined)
    host.observe({ kind: 'swap', model: entry.name, version: newest, pauseMs })
  for (const [known, open] of replaced) void retire(host, entry, known, open)
}

/** Stops serving a model. Resolves once nobody uses it any more and its memory is given back. */
export async function retireAll(host: Host, entry: ModelEntry, reason: string): Promise<void> {
  const open = [...entry.versions.values()].flatMap((known) =>
    known.open ? [[known, known.open] as const] : [],
  )
  for (const [known] of open) Object.assign(known, { open: undefined, state: 'UNLOADING', reason })
  entry.ready = servedOf(entry)
  await Promise.all(open.map(([known, version]) => retire(host, entry, known, version)))
}

function retire(host: Host, entry: ModelEntry, known: VersionEntry, open: OpenVersion): Promise<void> {
  const ended = open.retire().then(() => {
    host.retirements.delete(ended)
    host.observe({ kind: 'unload', model: entry.name, version: known.version })
    if (known.state === 'UNLOADING')
      Object.assign(known, { state: 'UNAVAILABLE', reason: known.reason || 'unloaded' })
  })
  host.retirements.add(ended)
  return ended
}

/** A version whose executor is dead for good answers nothing more; an older one may. */
function onBroken(host: Host, entry: ModelEntry, version: string, why: string): void {
  const known = entry.versions.get(version)
  if (!known?.open) return
  const { open } = known
  const reason = `what runs the version is dead: ${why}`
  Object.assign(known, { open: undefined, state: 'UNAVAILABLE', reason })
  entry.ready = servedOf(entry)
  const message = `version ${version} of model "${entry.name}" is unavailable: ${reason}`
  host.observe({ kind: 'alert', severity: 'critical', message, model: entry.name })
  void retire(host, entry, known, open)
}

/** Reasons go to clients, who have no business with what this machine says. */
function reasonOf(error: unknown): string {
  return error instanceof SlipwayError ? error.message : 'the model could not be loaded'
}
