import { isFloat } from '../../base/dtype.ts'
import type { Tensor } from '../../base/tensor.ts'
import { definePass, type Guard } from '../define.ts'
import { constant, op } from '../pattern.ts'
import { sameShape, tryNumbers } from '../tensors.ts'

/** All elements are `neutral`, told apart from its negative where that is 0. */
const all =
  (...neutral: readonly number[]) =>
  (tensor: Tensor): string | undefined => {
    const numbers = tryNumbers(tensor)
    const allowed = isFloat(tensor.dtype) ? neutral.slice(0, 1) : neutral
    const isNeutral =
      numbers && numbers.length > 0 && numbers.every((x) => allowed.some((n) => Object.is(x, n)))
    return isNeutral
      ? undefined
      : `must be ${allowed.map((n) => (Object.is(n, -0) ? '-0' : n)).join(' or ')} everywhere`
  }

const keepsShape: Guard = ({ view, root, shape }) =>
  sameShape(shape('x'), view.shape(root.outputs[0]!)) || 'the constant must not enlarge the shape'

/**
 * In floating point x + 0 is not x for x = -0, while x + -0 and x - 0 are.
 */
export const noOpArithmetic = definePass({
  name: 'no-op-arithmetic',
  priority: 140,
  doc: 'x * 1, x / 1, x ** 1, x - 0 and x + -0 become x, and for integers x + 0 too.',
  pattern: [
    op(['Mul', 'Div'], ['x', constant('c', all(1))]),
    op('Add', ['x', constant('c', all(-0, 0))]),
    op('Sub', ['x', constant('c', all(0))]),
    op('Pow', ['x', constant('c', all(1))]),
  ],
  guards: [keepsShape],
  build: ({ value }) => value('x'),
})
