/** Lock files on disk. */
import { dirname, relative, resolve, sep } from 'node:path'
import { SlipwayError } from '@slipway/core'
import { type LockEntry, type ModelLock, parseLock } from '@slipway/core/verify'
import { readBytes } from './read-file.ts'

/** What a lock calls a model: its path from the lock's folder, with forward slashes. */
export function lockName(lock: string, model: string): string {
  return relative(dirname(resolve(lock)), resolve(model))
    .split(sep)
    .join('/')
}

/** Throws SLP-C2, SLP-F1. */
export async function readLock(path: string): Promise<ModelLock> {
  return parseLock(new TextDecoder().decode(await readBytes(path)))
}

/** The entry of a model. Throws SLP-C1 where the lock has none. */
export async function readLockEntry(lock: string, model: string): Promise<LockEntry> {
  const { models } = await readLock(lock)
  const name = lockName(lock, model)
  const entry = Object.hasOwn(models, name) ? models[name] : undefined
  if (entry) return entry
  throw new SlipwayError(
    'SLP-C1',
    `Cannot use lock "${lock}": it must have an entry for "${name}", got none`,
    {
      remedy: 'Add the model: slipway lock.',
    },
  )
}
