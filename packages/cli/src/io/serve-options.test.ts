import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { serveOptions } from './serve-options.ts'

const text = readFileSync(new URL('../../../../docs/serving.md', import.meta.url), 'utf8')
const section = /^## Options\n([\s\S]*?)^## /m.exec(text)![1]!
const rows = section.split('\n').filter((line) => line.startsWith('| `--'))
const flagsOf = (row: string) => row.split('|')[1]!.match(/--[a-z-]+/g)!

it('the table of options has each option of the server, and no other', () => {
  const known = serveOptions.map(({ flags }) => /--[a-z-]+/.exec(flags)![0])
  expect(rows.flatMap(flagsOf).sort()).toEqual([...known].sort())
})

it('the table of options has their defaults', () => {
  const missing = serveOptions.flatMap(({ flags, fallback }) => {
    const name = /--[a-z-]+/.exec(flags)![0]
    const row = rows.find((one) => flagsOf(one).includes(name))
    // The audience of tokens stands with the tokens.
    const told = fallback === undefined || name === '--jwt-audience' || row?.split('|')[2]?.includes(fallback)
    return told ? [] : [`${name}: ${fallback}`]
  })
  expect(missing).toEqual([])
})
