/** What was seen of models → what may be loaded of them. */
import { fingerprintOf, isFolder, newestMs, type SeenFile } from './fingerprint.ts'
import type { SeenModel, SeenVersion } from './layout.ts'
import type { Observation, Settling } from './settle.ts'
import type { FoundModel, FoundVersion } from './source.ts'

/** `only` is the name of the one model that was looked at. */
export function foundModels(seen: readonly SeenModel[], settling: Settling, only?: string): FoundModel[] {
  const observed = new Map<string, Observation>()
  const observe = (key: string, files: readonly SeenFile[]) =>
    observed.set(key, { fingerprint: fingerprintOf(files), changedMs: newestMs(files) })
  for (const { name, own, versions } of seen) {
    observe(keyOf(name), own)
    for (const { version, files } of versions) observe(keyOf(name, version), files)
  }
  const scope = only === undefined ? undefined : (key: string) => key.startsWith(keyOf(only))
  const settled = settling.look(observed, scope)
  const foundVersion = (name: string, { version, files }: SeenVersion): FoundVersion => ({
    version,
    fingerprint: observed.get(keyOf(name, version))!.fingerprint,
    settled: settled.has(keyOf(name, version)),
    problem: problemOf(files),
  })
  return seen.map(({ name, own, versions }) => ({
    name,
    configFingerprint: observed.get(keyOf(name))!.fingerprint,
    configSettled: settled.has(keyOf(name)),
    versions: versions.map((version) => foundVersion(name, version)),
    problem: own.find(({ problem }) => problem)?.problem ?? (versions.length === 0 ? noVersion : undefined),
  }))
}

const noVersion = 'the folder of the model has no folder of a version, such as "1"'
const keyOf = (model: string, version = '') => `${model}/${version}`

/** Why a version with these files cannot be loaded. */
export function problemOf(files: readonly SeenFile[]): string | undefined {
  const own = files.find(({ problem }) => problem !== undefined)?.problem
  return own ?? (files.every(isFolder) ? 'the folder of the version has no files' : undefined)
}
