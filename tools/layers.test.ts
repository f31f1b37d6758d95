import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Import, importsOf, sourceFiles } from './imports.ts'
import { type Layer, layers, serverLayers } from './layers.ts'

const isTest = (path: string) => path.endsWith('.test.ts')
const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined)
const packages: readonly (readonly [string, readonly Layer[]])[] = [
  ['core', layers],
  ['server', serverLayers],
]

describe.each(packages)('folders of %s', (name, list) => {
  const root = fileURLToPath(new URL(`../packages/${name}/src`, import.meta.url))
  const order = list.map(({ folder }) => folder)
  const imports = importsOf(root)

  it('reads the imports', () => expect(imports.length).toBeGreaterThan(50))

  it('are all in the list of layers', () => {
    const folders = new Set(sourceFiles(root).flatMap((path) => folderOf(path) ?? []))
    expect([...folders].filter((folder) => !order.includes(folder))).toEqual([])
  })

  it('import only from folders above', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [a, b] = [folderOf(from), folderOf(to)]
      return !isTest(from) && a !== undefined && b !== undefined && order.indexOf(b) > order.indexOf(a)
    })
    expect(
      wrong.map(({ from, to }) => `${from} imports ${to}: move the code up, or the import away`),
    ).toEqual([])
  })

  it('have no cycle of value imports', () => {
    expect(cycle(imports.filter(({ typeOnly }) => !typeOnly))).toBeUndefined()
  })
})

/** The files of one cycle, or undefined. */
function cycle(imports: readonly Import[]): string[] | undefined {
  const next = grouped(imports)
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const to of next.get(file) ?? []) {
      const found = walk(to, [...path, file])
      if (found) return found
    }
    done.add(file)
    return undefined
  }
  for (const file of next.keys()) {
    const found = walk(file, [])
    if (found) return found
  }
  return undefined
}

function grouped(imports: readonly Import[]): Map<string, string[]> {
  const next = new Map<string, string[]>()
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to])
  return next
}
