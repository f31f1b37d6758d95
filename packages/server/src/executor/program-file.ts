/** Where the built programs of executors lie. */
import { statSync } from 'node:fs'

export type ProgramName = 'run-worker' | 'run-process'

/** The program with all its modules in one file, which starts faster; the modules where they were built later. */
export function programFile(name: ProgramName): URL {
  // This module is two folders below the package as source, as built, and in a program's one file.
  const dist = new URL('../../dist/', import.meta.url)
  const bundled = new URL(`workers/${name}.js`, dist)
  const modifiedMs = (url: URL) => statSync(url, { throwIfNoEntry: false })?.mtimeMs
  const bundledMs = modifiedMs(bundled)
  const builtMs = Math.max(
    ...['../tsconfig.tsbuildinfo', '../../core/tsconfig.tsbuildinfo'].map(
      (path) => modifiedMs(new URL(path, dist)) ?? 0,
    ),
  )
  return bundledMs !== undefined && builtMs <= bundledMs ? bundled : new URL(`executor/${name}.js`, dist)
}
