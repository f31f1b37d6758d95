import { expect, it } from 'vitest'
import { operatorText } from '../../../ir/graph.ts'
import { operators, tryFindOp } from '../../../ops/registry.ts'
import { allowedTypes } from './allowed-types.ts'
import { typeHistory } from './type-history.ts'

const allowed = (op: string, version: number, variable: string) =>
  [...allowedTypes(tryFindOp('', op)!, version)(variable)].sort()

it('goes back version by version', () => {
  expect(allowed('Relu', 14, 'T')).toEqual(
    ['bfloat16', 'float16', 'float32', 'float64', 'int16', 'int32', 'int64', 'int8'].sort(),
  )
  expect(allowed('Relu', 13, 'T')).toEqual(['bfloat16', 'float16', 'float32', 'float64'])
  expect(allowed('Relu', 6, 'T')).toEqual(['float16', 'float32', 'float64'])
  expect(allowed('Range', 11, 'T')).toEqual(['float32', 'float64', 'int16', 'int32', 'int64'])
})

it('knows groups of types, also within sequences', () => {
  expect(allowed('Cast', 25, 'T1')).not.toContain('float6e2m3')
  expect(allowed('Cast', 19, 'T1')).toContain('float8e5m2')
  expect(allowed('Cast', 13, 'T1')).not.toContain('float8e5m2')
  expect(allowed('Identity', 14, 'V')).toContain('seq(int8)')
  expect(allowed('Identity', 13, 'V')).not.toContain('seq(int8)')
  expect(allowed('Identity', 14, 'V')).not.toContain('optional(seq(int8))')
})

it('keeps types that went again', () => {
  expect(allowed('ReduceLogSum', 18, 'T')).toContain('int32')
  expect(allowed('ReduceLogSum', 28, 'T')).not.toContain('int32')
})

it('each row is an older version of an operator, and speaks of its parameters', () => {
  const known = new Map(operators().map((op) => [operatorText({ domain: op.domain, op: op.name }), op]))
  const wrong = Object.entries(typeHistory).flatMap(([name, rows]) =>
    Object.entries(rows).flatMap(([version, row]) => {
      const op = known.get(name)
      if (!op?.since.slice(0, -1).includes(Number(version)) && !op?.deprecated) return [`${name} ${version}`]
      const params = { ...op.inputs, ...op.outputs }
      const variables = new Set(Object.values(params).map(({ type }) => type))
      return row.split(' ').flatMap((change) => {
        const isKnown = change.includes('=')
          ? change.split('=').every((param) => param in params)
          : variables.has(/^\w+/.exec(change)?.[0] ?? '')
        return isKnown ? [] : [`${name} ${version}: ${change}`]
      })
    }),
  )
  expect(wrong).toEqual([])
})

it('never takes away what a version did not have, nor leaves nothing', () => {
  const empty = operators().flatMap((op) =>
    op.since.flatMap((version) =>
      Object.keys(op.types).flatMap((variable) =>
        allowedTypes(op, version)(variable).length === 0 ? [`${op.name} ${version} ${variable}`] : [],
      ),
    ),
  )
  expect(empty).toEqual([])
})
