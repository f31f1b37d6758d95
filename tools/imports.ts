/** Reads the relative imports of a folder of TypeScript sources. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export interface Import {
  /** Paths relative to the root that was read. */
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

const pattern = /^(?:import|export)\s(type\s)?[^'"]*?from\s+['"](\.[^'"]+)['"]|import\(['"](\.[^'"]+)['"]\)/gm

export function sourceFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}

export function importsOf(root: string): Import[] {
  return sourceFiles(root).flatMap((from) =>
    [...readFileSync(join(root, from), 'utf8').matchAll(pattern)].map((match) => ({
      from,
      to: join(dirname(from), match[2] ?? match[3]!).replaceAll('\\', '/'),
      typeOnly: match[1] !== undefined || match[3] !== undefined,
    })),
  )
}
