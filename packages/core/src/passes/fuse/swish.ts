import { float } from '../../ir/builder.ts'
import { definePass, phases, refused } from '../define.ts'
import { closed, sameFloat } from '../guards.ts'
import { constant, op } from '../pattern.ts'
import { tryScalar } from '../tensors.ts'

export const swish = definePass({
  name: 'swish',
  priority: phases.fuse + 100,
  doc: 'x * sigmoid(x), and x * sigmoid(alpha * x), become Swish.',
  pattern: [
    op('Mul', ['x', op('Sigmoid', ['x'])]),
    op('Mul', ['x', op('Sigmoid', [op('Mul', ['x', constant('alpha')])])]),
  ],
  guards: [sameFloat('x'), closed],
  build: ({ value, has, constant: of }, emit) => {
    const alpha = has('alpha') ? tryScalar(of('alpha')) : 1
    return alpha === undefined
      ? refused('alpha must have one element')
      : emit.node('Swish', [value('x')], { alpha: float(alpha) })
  },
})
