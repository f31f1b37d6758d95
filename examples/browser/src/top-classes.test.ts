import { expect, it } from 'vitest'
import { topClasses } from './top-classes.ts'

it('ranks classes, the first of equals first', () => {
  expect(topClasses(Float32Array.of(0.25, 0.5, 0, 0.25), 3)).toEqual([
    { index: 1, probability: 0.5 },
    { index: 0, probability: 0.25 },
    { index: 3, probability: 0.25 },
  ])
  expect(topClasses([1], 5).length).toBe(1)
})
