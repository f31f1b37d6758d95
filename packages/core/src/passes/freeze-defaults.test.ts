import { expect, it } from 'vitest'
import { parseGraph } from '../ir/parse.ts'
import { freezeDefaults } from './freeze-defaults.ts'

it('takes inputs with a default off the list', () => {
  const graph = parseGraph(
    'graph g(x: float32[1], k: float32[1]) -> (y) { const k = float32[1](2) y = Mul(x, k) }',
  )
  expect(freezeDefaults(graph).inputs).toEqual(['x'])
  expect(freezeDefaults(graph).constants.has('k')).toBe(true)
})

it('returns the same graph where there is none', () => {
  const graph = parseGraph('graph g(x: float32[1]) -> (y) { y = Neg(x) }')
  expect(freezeDefaults(graph)).toBe(graph)
})
