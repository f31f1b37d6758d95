import { expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { tensorType, typeText } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { annotateTypes } from './annotate.ts'

it('annotateTypes writes the type of every value', () => {
  const b = graphBuilder()
  const x = b.input('x', tensorType('float32', [symbol('N'), 2]))
  const sum = b.node('Add', [x, x])
  const { types } = annotateTypes(b.build([b.node('Concat', [sum, sum], { axis: 0 })]))
  expect([...types].map(([name, type]) => `${name}: ${typeText(type)}`)).toEqual([
    'x: float32[N,2]',
    'Add: float32[N,2]',
    'Concat: float32[2*N,2]',
  ])
})
