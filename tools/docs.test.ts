import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkCatalogue, errorCatalogue } from '@slipway/core'
import { verifyCatalogue } from '@slipway/core/verify'
import { describe, expect, it } from 'vitest'
import { tables, withTable } from './gen-docs.ts'
import { sourceFiles } from './imports.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const codesIn = (text: string) => new Set(text.match(/SLP-[A-Z]+\d+/g))

describe('documentation', () => {
  for (const table of tables) {
    it(`${table.file} has the ${table.name} of the code (npm run docs writes them)`, () => {
      expect(read(table.file)).toBe(withTable(read(table.file), table))
    })
  }

  it('names no code that the catalogues lack', () => {
    const known = new Set<string>([errorCatalogue, checkCatalogue, verifyCatalogue].flatMap(Object.keys))
    for (const file of [
      'docs/errors.md',
      'docs/checks.md',
      'docs/verify.md',
      'README.md',
      'ARCHITECTURE.md',
      'SECURITY.md',
    ]) {
      expect([...codesIn(read(file))].filter((code) => !known.has(code))).toEqual([])
    }
  })

  it('has no error code that the sources never use', () => {
    const packages = ['core', 'onnxruntime', 'server', 'cli'].map((name) => `packages/${name}/src`)
    const text = packages
      .flatMap((folder) => sourceFiles(join(root, folder)).map((file) => join(folder, file)))
      .filter((file) => !/\.test\.ts$|base\/errors\.ts$|check\/codes\.ts$|verify-codes\.ts$/.test(file))
      .map(read)
      .join('\n')
    const used = codesIn(text)
    expect(
      [errorCatalogue, checkCatalogue, verifyCatalogue]
        .flatMap(Object.keys)
        .filter((code) => !used.has(code)),
    ).toEqual([])
  })

  it('links only to files that exist', () => {
    const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pagesOf('docs')]
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, link]) => normalize(join(dirname(page), link!)))
        .filter((target) => !exists(target))
        .map((target) => `${page} links to ${target}`),
    )
    expect(broken).toEqual([])
  })
})

function pagesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
}

function exists(path: string): boolean {
  try {
    readdirSync(join(root, dirname(path)))
    return readdirSync(join(root, dirname(path))).includes(path.split('/').at(-1)!) || path.endsWith('/')
  } catch {
    return false
  }
}
