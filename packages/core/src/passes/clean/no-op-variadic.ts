import { definePass } from '../define.ts'
import { op } from '../pattern.ts'

export const noOpVariadic = definePass({
  name: 'no-op-variadic',
  priority: 130,
  doc: 'A Concat, Sum, Mean, Max or Min of one input becomes it, and a Split into one part its input.',
  pattern: [
    op(['Concat', 'Sum', 'Mean', 'Max', 'Min'], ['x']),
    op('Split', ['x'], { open: true, as: 'split' }),
  ],
  guards: [
    ({ has, node }) => !has('split') || node('split').outputs.length === 1 || 'Split must have one output',
  ],
  build: ({ value }) => value('x'),
})
