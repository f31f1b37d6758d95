/** Files as a store shows them, and all of them in one short text that changes when any of them does. */
import { createHash } from 'node:crypto'

export interface SeenFile {
  /** Relative, with `/` between its parts; that of a folder ends with `/`. */
  readonly path: string
  readonly sizeBytes: number
  /** Changes with the content: a time, or a tag that the store gives. Empty for a folder. */
  readonly tag: string
  /** When it or, for a folder, its list of files last changed, in milliseconds since the epoch. */
  readonly changedMs: number
  /** Why it must not be used. */
  readonly problem?: string | undefined
}

export const isFolder = ({ path }: SeenFile): boolean => path.endsWith('/')

export function fingerprintOf(files: readonly SeenFile[]): string {
  const hash = createHash('sha256')
  const lines = files
    .filter((file) => !isFolder(file))
    .map(({ path, sizeBytes, tag }) => JSON.stringify([path, sizeBytes, tag]))
  for (const line of lines.sort()) hash.update(`${line}\n`)
  return hash.digest('hex').slice(0, 32)
}

export function newestMs(files: readonly SeenFile[]): number {
  return files.reduce((newest, { changedMs }) => Math.max(newest, changedMs), 0)
}
