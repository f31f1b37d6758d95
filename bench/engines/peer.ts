/** Finds the peers that `npm ci --prefix bench` installs; the root project builds and tests without them. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The module of a peer. The type is the caller's word: the peers' own types are not installed with the root. */
export async function importPeer<T>(name: string): Promise<T> {
  try {
    return await import(name)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`Cannot load ${name}: run npm ci --prefix bench to install it (${reason})`)
  }
}

/** The folder of an installed peer. */
export function peerFolder(name: string): string {
  let folder = dirname(require.resolve(name))
  while (!isPackage(folder, name)) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`Cannot find the folder of ${name}`)
    folder = parent
  }
  return folder
}

/** The version of an installed peer. */
export function peerVersion(name: string): string {
  return manifest(peerFolder(name))?.version ?? 'unknown'
}

const isPackage = (folder: string, name: string): boolean => manifest(folder)?.name === name

function manifest(folder: string): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return undefined
  }
}
