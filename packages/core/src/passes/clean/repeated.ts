import { definePass } from '../define.ts'
import { op } from '../pattern.ts'

const idempotent = ['Relu', 'Abs', 'Ceil', 'Floor', 'Round', 'Sign'] as const
const involutions = ['Neg', 'Not', 'BitwiseNot'] as const

export const repeated = definePass({
  name: 'repeated',
  priority: 140,
  doc: 'Doing twice what changes nothing the second time is doing it once; undoing what was done gives the input back.',
  pattern: [
    ...idempotent.map((name) => op(name, [op(name, ['x'], { as: 'inner' })])),
    ...involutions.map((name) => op(name, [op(name, ['x'])])),
  ],
  build: ({ has, node, value }) => (has('inner') ? node('inner').outputs[0]! : value('x')),
})
