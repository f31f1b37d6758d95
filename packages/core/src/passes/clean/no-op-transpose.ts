import { definePass } from '../define.ts'
import { op } from '../pattern.ts'
import { permOf } from '../permutation.ts'

export const noOpTranspose = definePass({
  name: 'no-op-transpose',
  priority: 130,
  doc: 'A Transpose that keeps the order of the axes becomes its input.',
  pattern: op('Transpose', ['x'], { as: 'transpose' }),
  guards: [
    ({ view, node }) =>
      permOf(view, node('transpose'))?.every((axis, i) => axis === i) ||
      'perm must keep the order of the axes',
  ],
  build: ({ value }) => value('x'),
})
