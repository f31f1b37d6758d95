/** Native code runs with all rights of the process, so where a list is configured, nothing else is loaded. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '@slipway/core'
import type { Peer } from './find-peer.ts'
import type { AllowedLibrary } from './ort-options.ts'

const isLibrary = (name: string): boolean => /\.(node|dll|dylib)$|\.so(\.\d+)*$/.test(name)

/** The native libraries that a package has for this platform, links resolved, in the order of their names. */
export function nativeLibraries({ folder }: Pick<Peer, 'folder'>): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const platform = join(process.platform, process.arch)
  return files
    .filter((file) => !file.isDirectory() && isLibrary(file.name) && file.parentPath.endsWith(platform))
    .map((file) => realpathSync(join(file.parentPath, file.name)))
    .sort()
}

/**
 * The entries of a list for what is installed now, for people who trust that.
 *
 * @example
 * allowListFor({ folder: '.' }) // []
 */
export function allowListFor(peer: Pick<Peer, 'folder'>): readonly AllowedLibrary[] {
  return nativeLibraries(peer).map((path) => ({ path, sha256: hashOf(path) }))
}

/** Throws SLP-D2 for a library that is not on the list, or that is another one than the list says. */
export function assertAllowed(peer: Peer, allowList: readonly AllowedLibrary[]): void {
  const allowed = new Map(allowList.map(({ path, sha256 }) => [path, sha256.toLowerCase()]))
  for (const path of nativeLibraries(peer)) {
    const wanted = allowed.get(path)
    const refuse = (rule: string, got: string): never => {
      throw new SlipwayError('SLP-D2', `Cannot load library "${path}": ${rule}, got ${got}`, {
        remedy: 'Add the path and the SHA-256 of the library to the list if you trust it.',
      })
    }
    if (wanted === undefined) refuse('its path must be on the allow-list', 'none')
    const got = hashOf(path)
    if (got !== wanted) refuse(`its SHA-256 must be ${wanted}`, got)
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
