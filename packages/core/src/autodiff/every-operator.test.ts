/** What must hold of the gradient of every operator. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { operatorText } from '../ir/graph.ts'
import type { AnyOp } from '../ops/define.ts'
import { operators } from '../ops/registry.ts'
import { tryFindGradient } from './find-gradient.ts'

const label = ({ domain, name }: AnyOp) => operatorText({ domain, op: name })

it('comes from a rule where its definition says so, and nowhere else', () => {
  const wrong = operators().filter((op) => (op.gradient === 'rule') !== (tryFindGradient(op) !== undefined))
  expect(wrong.map(label)).toEqual([])
})

it('comes from a decomposition only where there is one', () => {
  const wrong = operators().filter((op) => op.gradient === 'decomposed' && op.lower.kind !== 'decompose')
  expect(wrong.map(label)).toEqual([])
})

/** The operator's own file exports it under a name that the tests use. */
it('is tested', () => {
  const folder = join(import.meta.dirname, 'rules')
  const tests = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
  const tested = new Set([...tests.matchAll(/radTest\(\s*(\w+)/g)].map(([, name]) => name!.toLowerCase()))
  const differentiable = operators().filter(
    ({ gradient }) => gradient === 'rule' || gradient === 'decomposed',
  )
  const untested = differentiable.filter(
    ({ name }) => !tested.has(name.toLowerCase()) && !tested.has(`${name.toLowerCase()}op`),
  )
  expect(untested.map(label)).toEqual([])
})
