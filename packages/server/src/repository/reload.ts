/** Puts other versions of a model in the place of those that serve. */
import type { ServingConfig } from '../config/serving-config.ts'
import type { ModelSource } from '../source/source.ts'
import type { Host } from './host.ts'
import { type ModelEntry, servedOf, type VersionEntry, versionEntry } from './model-entry.ts'
import { type CountedVersion, openCounted } from './open-counted.ts'
import type { OpenVersion } from './open-version.ts'
import { close, reasonOf, retire, retireAll, takeOut } from './retire.ts'

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
  for (const version of wanted.versions) {
    const known = versionEntry(entry, version)
    if (!known.open) Object.assign(known, { state: 'LOADING', reason: '' })
  }
  if (wanted.config.slipway.reload === 'resource') await retireAll(host, entry, 'it is being replaced')
  const uses = countUses(wanted)
  const { opened, failures } = await openAll(host, entry, wanted, uses)
  swap(host, entry, { wanted, opened, failures })
  await uses.end()
  return failures
}

interface Uses {
  begin(): void
  end(): Promise<void>
}

/** Calls `onClosed` once, when the load itself and all versions that it opened have ended. */
function countUses({ onClosed }: Wanted): Uses {
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

interface Change {
  readonly wanted: Wanted
  readonly opened: ReadonlyMap<string, OpenVersion>
  readonly failures: ReadonlyMap<string, string>
}

/** One that breaks while others are opened is a failure as one that cannot be opened. */
async function openAll(
  host: Host,
  entry: ModelEntry,
  { source, config, versions, problems }: Wanted,
  uses: Uses,
): Promise<Pick<Change, 'opened' | 'failures'>> {
  const model = entry.name
  const failures = new Map(problems)
  const opened = new Map<string, CountedVersion>()
  const fail = (version: string, reason: string) => {
    failures.set(version, reason)
    host.observe({ kind: 'load', model, version, ok: false, loadMs: 0, warmupMs: 0, reason })
  }
  const onBroken = (own: CountedVersion) => takeOut(host, entry, own)
  for (const version of versions) {
    if (failures.has(version)) continue
    const request = { model, version, source, config, onClosed: uses.end, onBroken }
    try {
      opened.set(version, await host.limit(() => openCounted(host, request)))
      uses.begin()
    } catch (error) {
      fail(version, reasonOf(error, 'the model could not be loaded'))
    }
  }
  for (const [version, open] of opened) {
    const { broken, loadMs, warmupMs } = open
    if (broken === undefined) {
      host.observe({ kind: 'load', model, version, ok: true, loadMs, warmupMs, reason: '' })
      continue
    }
    opened.delete(version)
    fail(version, broken)
    void close(host, entry, open)
  }
  return { opened, failures }
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
