/** Writes the generated tables into the documentation: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { tables, withTable } from './gen-docs.ts'

const root = new URL('../../', import.meta.url)

for (const table of tables) {
  const path = new URL(table.file, root)
  writeFileSync(path, withTable(readFileSync(path, 'utf8'), table))
}
