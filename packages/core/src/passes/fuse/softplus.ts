import { definePass, phases } from '../define.ts'
import { closed, sameFloat } from '../guards.ts'
import { op } from '../pattern.ts'

export const softplus = definePass({
  name: 'softplus',
  priority: phases.fuse + 100,
  doc: 'ln(1 + exp(x)) becomes Softplus, which does not overflow.',
  pattern: op('Log', [op('Add', [op('Exp', ['x']), 1])]),
  guards: [sameFloat('x'), closed],
  build: ({ value }, emit) => emit.node('Softplus', [value('x')]),
})

export const mish = definePass({
  name: 'mish',
  priority: phases.fuse + 110,
  doc: 'x * tanh(softplus(x)) becomes Mish.',
  pattern: op('Mul', ['x', op('Tanh', [op('Softplus', ['x'])])]),
  guards: [sameFloat('x'), closed],
  build: ({ value }, emit) => emit.node('Mish', [value('x')]),
})
