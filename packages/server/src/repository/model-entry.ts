/** What a repository knows of one model: its versions with their states, and which of them serve. */
import { SlipwayError } from '@slipway/core'
import type { ModelState, ModelStatus } from '../contract/models.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { FoundModel } from '../source/source.ts'
import type { OpenVersion } from './open-version.ts'
import { type TaskLine, taskLine } from './task-line.ts'

export interface VersionEntry {
  readonly version: string
  state: ModelState
  /** Why it is in this state; also why a newer state of a version that serves could not be loaded. */
  reason: string
  open: OpenVersion | undefined
}

export interface ModelEntry {
  readonly name: string
  /** Everything that changes the model, one after the other. */
  readonly line: TaskLine
  /** By version. */
  readonly versions: Map<string, VersionEntry>
  /** As last seen in the source. */
  found: FoundModel | undefined
  /** Why no version can be loaded; empty otherwise. */
  problem: string
  /** The fingerprints of what was last loaded, or failed to. */
  applied: string | undefined
  /** The load under way or in line. */
  loading: Promise<void> | undefined
  /** Versions that serve, in ascending order. Swapping versions is to set this, and nothing else. */
  ready: readonly ServedVersion[]
}

export function modelEntry(name: string): ModelEntry {
  return {
    name,
    line: taskLine(),
    versions: new Map(),
    found: undefined,
    problem: '',
    applied: undefined,
    loading: undefined,
    ready: [],
  }
}

const ascending = (a: { readonly version: string }, b: { readonly version: string }) =>
  Number(a.version) - Number(b.version)

/** The entry of a version, made where there is none. */
export function versionEntry({ versions }: ModelEntry, version: string): VersionEntry {
  const known = versions.get(version)
  if (known) return known
  const made: VersionEntry = { version, state: 'UNKNOWN', reason: '', open: undefined }
  versions.set(version, made)
  return made
}

/** What serves from now on. */
export function servedOf({ versions }: ModelEntry): readonly ServedVersion[] {
  return [...versions.values()].sort(ascending).flatMap(({ open }) => (open ? [open.served] : []))
}

export function statusesOf({ name, versions, found, problem }: ModelEntry): ModelStatus[] {
  const known = [...versions.values()].sort(ascending)
  if (known.length > 0) return known.map(({ version, state, reason }) => ({ name, version, state, reason }))
  const isUnusable = problem !== '' || found?.problem !== undefined
  if (isUnusable)
    return [{ name, version: undefined, state: 'UNAVAILABLE', reason: problem || (found?.problem ?? '') }]
  const seen = found?.versions ?? []
  return seen.map(({ version }) => ({ name, version, state: 'UNKNOWN', reason: '' }))
}

/** A version that is ready. Throws SLP-R2 and SLP-R3 where there is none. */
export function findReady(entry: ModelEntry, version: string | undefined): ServedVersion {
  const served =
    version === undefined
      ? entry.ready.at(-1)
      : entry.ready.find((candidate) => candidate.version === version)
  if (served) return served
  const known = version === undefined ? undefined : entry.versions.get(version)
  if (version !== undefined && !known) {
    const got = JSON.stringify(version.slice(0, 200))
    throw new SlipwayError(
      'SLP-R2',
      `Cannot find version of model "${entry.name}": it must be served, got ${got}`,
    )
  }
  const which = known ? `model "${entry.name}" version ${known.version}` : `model "${entry.name}"`
  const status = known ?? statusesOf(entry).at(-1)
  throw new SlipwayError('SLP-R3', `Cannot use ${which}: it must be ready, got "${stateText(status)}"`)
}

function stateText(status: Pick<ModelStatus, 'state' | 'reason'> | undefined): string {
  if (status?.reason) return status.reason
  if (status?.state === 'LOADING') return 'it is being loaded'
  if (status?.state === 'UNLOADING') return 'it is being unloaded'
  return 'it is not loaded'
}
