import { float } from '../../ir/builder.ts'
import { definePass, phases, refused } from '../define.ts'
import { closed, sameFloat } from '../guards.ts'
import { constant, op } from '../pattern.ts'
import { tryScalar } from '../tensors.ts'

const sixth = (value: unknown): boolean => typeof value === 'number' && Math.abs(value - 1 / 6) < 1e-6
const raised = op('Clip', [op('Add', ['x', 3]), 0, 6])

export const hardSigmoid = definePass({
  name: 'hard-sigmoid',
  priority: phases.fuse + 100,
  doc: 'clip(x + 3, 0, 6) / 6, and clip(alpha * x + beta, 0, 1), become HardSigmoid.',
  pattern: [
    op(['Div'], [raised, 6]),
    op('Mul', [raised, 1 / 6]),
    op('Clip', [op('Add', [op('Mul', ['x', constant('alpha')]), constant('beta')]), 0, 1]),
    op('Clip', [op('Add', [op('Div', ['x', constant('divisor')]), constant('beta')]), 0, 1]),
  ],
  guards: [sameFloat('x'), closed],
  build: ({ value, has, constant: of }, emit) => {
    const isSixth = !has('beta')
    const divisor = has('divisor') ? tryScalar(of('divisor')) : undefined
    const alpha = isSixth ? 1 / 6 : has('divisor') ? divisor && 1 / divisor : tryScalar(of('alpha'))
    const beta = isSixth ? 0.5 : tryScalar(of('beta'))
    if (alpha === undefined || beta === undefined) return refused('alpha and beta must have one element')
    return emit.node('HardSigmoid', [value('x')], { alpha: float(alpha), beta: float(beta) })
  },
})

export const hardSwish = definePass({
  name: 'hard-swish',
  priority: phases.fuse + 90,
  doc: 'x * clip(x + 3, 0, 6) / 6, and x * HardSigmoid(x) with alpha 1/6 and beta 1/2, become HardSwish.',
  pattern: [
    op('Div', [op('Mul', ['x', raised]), 6]),
    op('Mul', [op('Mul', ['x', raised]), 1 / 6]),
    op('Mul', ['x', op('Div', [raised, 6])]),
    op('Mul', ['x', op('Mul', [raised, 1 / 6])]),
    op('Mul', ['x', op('HardSigmoid', ['x'], { attributes: { alpha: sixth, beta: 0.5 } })]),
  ],
  guards: [sameFloat('x'), closed],
  build: ({ value }, emit) => emit.node('HardSwish', [value('x')]),
})
