/** The installed package of ONNX Runtime. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SlipwayError } from '@slipway/core'

export interface Peer {
  readonly name: string
  readonly version: string
  /** The file that is loaded. */
  readonly entry: string
  /** The folder of the package. */
  readonly folder: string
}

/** The package, from the first folder that has it. Throws SLP-D1 where none has. */
export function findPeer(name: string, searchFrom?: readonly string[]): Peer {
  const found = tryFindPeer(name, searchFrom)
  if (found) return found
  throw new SlipwayError('SLP-D1', `Cannot open engine: package "${name}" must be installed, got none`, {
    remedy: `Install it beside your program: npm install ${name}.`,
  })
}

/** The same, or undefined. */
export function tryFindPeer(
  name: string,
  searchFrom: readonly string[] = [dirname(fileURLToPath(import.meta.url)), process.cwd()],
): Peer | undefined {
  for (const folder of searchFrom) {
    const entry = tryResolve(name, folder)
    const own = entry === undefined ? undefined : packageFolder(entry, name)
    if (entry !== undefined && own !== undefined) return { name, entry, ...own }
  }
  return undefined
}

function tryResolve(name: string, folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(name)
  } catch {
    return undefined
  }
}

/** The folder above a file whose package.json has the name. */
function packageFolder(entry: string, name: string): Pick<Peer, 'folder' | 'version'> | undefined {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    if (!existsSync(path)) continue
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const { name: own, version } = parsed as { readonly name?: unknown; readonly version?: unknown } // asked below
    if (own === name && typeof version === 'string') return { folder, version }
  }
  return undefined
}
