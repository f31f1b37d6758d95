import { definePass } from '../define.ts'
import { op } from '../pattern.ts'

export const sumOfTwo = definePass({
  name: 'sum-of-two',
  priority: 150,
  doc: 'Sum of two values becomes Add, which more rewrites know.',
  pattern: op('Sum', ['a', 'b']),
  build: ({ value }, emit) => emit.node('Add', [value('a'), value('b')]),
})
