import { definePass } from '../define.ts'
import { op } from '../pattern.ts'

export const identity = definePass({
  name: 'identity',
  priority: 100,
  doc: 'Identity(x) becomes x.',
  pattern: op('Identity', ['x']),
  build: ({ value }) => value('x'),
})
