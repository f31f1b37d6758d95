import { expect, it } from 'vitest'
import { operatorText } from '../../../ir/graph.ts'
import type { AnyOp } from '../../../ops/define.ts'
import { operators } from '../../../ops/registry.ts'
import { upgrades } from './registry.gen.ts'
import { steps } from './steps.ts'

const operatorName = ({ domain, name }: AnyOp) => operatorText({ domain, op: name })
const stepText = (op: string, version: number) => `${op} ${version}`

it('every version of every operator is an adapter or compatible', () => {
  const missing = operators().flatMap((op) =>
    op.since
      .slice(1)
      .filter((version) => steps[operatorName(op)]?.[version] === undefined)
      .map((version) => stepText(op.name, version)),
  )
  expect(missing).toEqual([])
})

it('every row is an operator with several versions', () => {
  const known = new Set(
    operators()
      .filter(({ since }) => since.length > 1)
      .map(operatorName),
  )
  expect(Object.keys(steps).filter((op) => !known.has(op))).toEqual([])
})

it('no row names a version that its operator does not have', () => {
  const wrong = operators().flatMap((op) =>
    Object.keys(steps[operatorName(op)] ?? {})
      .filter((version) => !op.since.includes(Number(version)))
      .map((version) => stepText(op.name, Number(version))),
  )
  expect(wrong).toEqual([])
})

it('adapters and rows belong together', () => {
  const rows = Object.entries(steps).flatMap(([op, row]) =>
    Object.entries(row)
      .filter(([, kind]) => kind === 'adapter')
      .map(([version]) => stepText(op, Number(version))),
  )
  const found = upgrades.map((upgrade) => stepText(operatorText(upgrade), upgrade.before))
  expect(found.toSorted()).toEqual(rows.toSorted())
})
