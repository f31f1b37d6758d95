/** A source that gives out only what a lock says. */
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { SlipwayError } from '@slipway/core'
import { folderResolver } from '@slipway/core/node'
import { compareWithLock, type LockEntry, type ModelLock } from '@slipway/core/verify'
import { withoutPaths } from './model-file.ts'
import type { ModelSource, OpenedVersion } from './source.ts'

/** Opening a version throws SLP-D3 where its file, or the weights beside it, are not those of the lock. */
export function lockedSource(source: ModelSource, lock: ModelLock): ModelSource {
  return {
    list: () => source.list(),
    find: (model) => source.find(model),
    readConfig: (model) => source.readConfig(model),
    readFile: (model, path) => source.readFile(model, path),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    async open(model, version, options) {
      const opened = await source.open(model, version, options)
      try {
        await assertLocked(opened, { model, version }, lock)
        return opened
      } catch (error) {
        await opened[Symbol.asyncDispose]()
        throw error
      }
    },
  }
}

interface Which {
  readonly model: string
  readonly version: string
}

async function assertLocked({ path }: OpenedVersion, which: Which, lock: ModelLock): Promise<void> {
  const refuse = (rule: string): never => {
    const text = `Cannot serve model "${which.model}" version ${which.version}: ${rule}`
    throw new SlipwayError('SLP-D3', text, {
      remedy: 'Lock the model again if the change is intended: slipway lock.',
    })
  }
  const entry = entryOf(path, which, lock)
  if (!entry) return refuse('the lock must have an entry for it, got none')
  const problems = await problemsOf(path, entry)
  if (problems.length > 0) refuse(problems.slice(0, 3).join('; '))
}

async function problemsOf(path: string, entry: LockEntry): Promise<readonly string[]> {
  const folder = dirname(path)
  try {
    return await compareWithLock(
      { bytes: await readFile(path), resolveExternal: folderResolver(folder) },
      entry,
    )
  } catch (error) {
    throw withoutPaths(error, folder)
  }
}

/** By its path in the repository; a repository of one model has no folder of that name, or none at all. */
function entryOf(path: string, { model, version }: Which, { models }: ModelLock): LockEntry | undefined {
  const file = basename(path)
  const names = [`${model}/${version}/${file}`, `${version}/${file}`, file]
  const name = names.find((one) => Object.hasOwn(models, one))
  return name === undefined ? undefined : models[name]
}
