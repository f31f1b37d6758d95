import { definePass, refused } from '../define.ts'
import { op } from '../pattern.ts'
import { compose, isIdentity, permOf } from '../permutation.ts'

export const transposeTranspose = definePass({
  name: 'transpose-transpose',
  priority: 200,
  doc: 'Two Transposes in a row become one, or none where the second undoes the first.',
  pattern: op('Transpose', [op('Transpose', ['x'], { as: 'first' })], { as: 'second' }),
  build: ({ view, node, value }, emit) => {
    const [first, second] = [permOf(view, node('first')), permOf(view, node('second'))]
    if (!first || !second) return refused('the rank must be known')
    const perm = compose(first, second)
    return isIdentity(perm) ? value('x') : emit.node('Transpose', [value('x')], { perm })
  },
})
