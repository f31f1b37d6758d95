/** The models of a server: loads what the repository holds, finds a version for a request, and closes everything. */
import { realpathSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { type SessionOptions, SlipwayError } from '@slipway/core'
import { assertModelName } from '../config/names.ts'
import { type FoundModel, type FoundVersion, scanRepository } from './scan.ts'
import { openModel, type ServedModel } from './served-model.ts'

export type ModelState = 'LOADING' | 'READY' | 'UNAVAILABLE'

export interface ModelStatus {
  readonly name: string
  /** Absent for a model without any version. */
  readonly version: string | undefined
  readonly state: ModelState
  /** Why it is not ready; empty otherwise. */
  readonly reason: string
}

export interface RepositoryOptions {
  readonly root: string
  /** Which versions are loaded: the highest of each model, or every one. */
  readonly versions: 'latest' | 'all'
  readonly session: SessionOptions
  /** Takes what went wrong with one version; the others are loaded all the same. */
  readonly onLoadError: (status: ModelStatus, error: unknown) => void
}

export interface ModelRepository {
  /** Resolves, never rejects, once everything is loaded or has failed to. */
  readonly loaded: Promise<readonly ModelStatus[]>
  /** True once everything is loaded and nothing has failed. */
  readonly ready: boolean
  statuses(): readonly ModelStatus[]
  /** Versions of a model that are ready, in ascending order. Throws as `find` does for an unknown name. */
  versions(name: string): readonly string[]
  /**
   * A version that is ready: the given one, else the highest.
   *
   * @throws SLP-R4 for a name that no model can have, SLP-R1 and SLP-R2 for an unknown model or version, SLP-R3 for
   * one that is not ready.
   */
  find(name: string, version?: string): ServedModel
  close(): Promise<void>
}

interface Entry {
  readonly name: string
  readonly found: FoundVersion | undefined
  state: ModelState
  reason: string
  served: ServedModel | undefined
}

/** Reads the list of models and starts loading them. Throws SLP-R8 where the repository cannot be read. */
export async function openRepository(options: RepositoryOptions): Promise<ModelRepository> {
  const { root } = options
  const models = await scanRepository(root)
  const roots = [realpathSync(root), resolve(root), root].map((form) => join(form, sep))
  const entries = models.flatMap((model) => entriesOf(model, options))
  let closing: Promise<void> | undefined
  let complete = false
  const loading = loadAll().finally(() => {
    complete = true
  })

  return {
    loaded: loading.then(() => statuses()),
    get ready() {
      return complete && !closing && entries.every(({ state }) => state === 'READY')
    },
    statuses,
    versions: (name) => readyOf(named(name)).map(({ found }) => found!.version),
    find,
    close() {
      closing ??= loading.then(closeAll)
      return closing
    },
  }

  function statuses(): ModelStatus[] {
    return entries.map(statusOf)
  }

  function named(name: string): Entry[] {
    assertModelName(name)
    const own = entries.filter((entry) => entry.name === name)
    if (own.length > 0) return own
    throw new SlipwayError('SLP-R1', `Cannot find model: the repository has no such name, got "${name}"`)
  }

  function find(name: string, version?: string): ServedModel {
    const own = named(name)
    const entry =
      version === undefined ? readyOf(own).at(-1) : own.find(({ found }) => found?.version === version)
    if (entry?.served) return entry.served
    if (version !== undefined && !entry) {
      const got = JSON.stringify(version.slice(0, 200))
      throw new SlipwayError(
        'SLP-R2',
        `Cannot find version of model "${name}": it must be served, got ${got}`,
      )
    }
    throw notReady(entry ?? own.at(-1)!)
  }

  /** One after the other: loading is bound by the processor, and the first models become ready sooner. */
  async function loadAll(): Promise<void> {
    for (const entry of entries) {
      if (closing || !entry.found) continue
      try {
        entry.served = await openModel(entry.name, entry.found, options.session)
        entry.state = 'READY'
      } catch (error) {
        entry.state = 'UNAVAILABLE'
        entry.reason = reasonOf(error, roots)
        options.onLoadError(statusOf(entry), error)
      }
    }
  }

  async function closeAll(): Promise<void> {
    await Promise.all(entries.map(({ served }) => served?.session.dispose()))
  }
}

function entriesOf({ name, versions }: FoundModel, { versions: wanted }: RepositoryOptions): Entry[] {
  if (versions.length === 0) {
    const reason = 'the folder of the model has no folder of a version, such as "1"'
    return [{ name, found: undefined, state: 'UNAVAILABLE', reason, served: undefined }]
  }
  const loaded = wanted === 'all' ? versions : versions.slice(-1)
  return loaded.map((found) => ({ name, found, state: 'LOADING', reason: '', served: undefined }))
}

/** Reasons go to clients, who have no business with the paths of this machine. */
function reasonOf(error: unknown, roots: readonly string[]): string {
  if (!(error instanceof SlipwayError)) return 'the model could not be loaded'
  return roots.reduce((text, root) => text.replaceAll(root, ''), error.message)
}

const readyOf = (entries: readonly Entry[]): Entry[] => entries.filter(({ state }) => state === 'READY')

const statusOf = ({ name, found, state, reason }: Entry): ModelStatus => ({
  name,
  version: found?.version,
  state,
  reason,
})

function notReady({ name, found, reason }: Entry): SlipwayError {
  const which = found ? `model "${name}" version ${found.version}` : `model "${name}"`
  return new SlipwayError(
    'SLP-R3',
    `Cannot use ${which}: it must be ready, got "${reason || 'it is being loaded'}"`,
  )
}
