import { definePass, phases } from '../define.ts'
import { closed, sameFloat } from '../guards.ts'
import { either, op, type Pattern } from '../pattern.ts'

/** x * 0.5 * gate in every order of the products. */
const gated = (gate: Pattern) => [
  op('Mul', [op('Mul', ['x', gate]), 0.5]),
  op('Mul', ['x', op('Mul', [gate, 0.5])]),
  op('Mul', [op('Mul', ['x', 0.5]), gate]),
]

const scaled = either(op('Div', ['x', Math.SQRT2]), op('Mul', ['x', Math.SQRT1_2]))
const exactGate = op('Add', [op('Erf', [scaled]), 1])

const slope = Math.sqrt(2 / Math.PI)
const cubic = 0.044715
const square = either(op('Mul', ['x', 'x']), op('Pow', ['x', 2]))
const cube = either(op('Pow', ['x', 3]), op('Mul', [square, 'x']), op('Mul', ['x', square]))
/** x + 0.044715 x³, written so or as x (1 + 0.044715 x²). */
const bent = either(
  op('Add', ['x', op('Mul', [cube, cubic])]),
  op('Add', ['x', op('Mul', [op('Mul', [square, cubic]), 'x'])]),
  op('Add', ['x', op('Mul', [square, op('Mul', ['x', cubic])])]),
  op('Mul', ['x', op('Add', [op('Mul', [square, cubic]), 1])]),
)
const tanhGate = op('Add', [op('Tanh', [op('Mul', [bent, slope])]), 1])
const scaledBefore = op('Add', [
  op('Tanh', [op('Mul', [op('Mul', ['x', slope]), op('Add', [op('Mul', [square, cubic]), 1])])]),
  1,
])

export const gelu = definePass({
  name: 'gelu',
  priority: phases.fuse + 100,
  doc: 'x * (1 + erf(x / √2)) / 2 becomes Gelu.',
  pattern: gated(exactGate),
  guards: [sameFloat('x'), closed],
  build: ({ value }, emit) => emit.node('Gelu', [value('x')]),
})

export const geluTanh = definePass({
  name: 'gelu-tanh',
  priority: phases.fuse + 100,
  doc: 'x * (1 + tanh(√(2/π) * (x + 0.044715 x³))) / 2 becomes Gelu with the tanh approximation.',
  pattern: [...gated(tanhGate), ...gated(scaledBefore)],
  guards: [sameFloat('x'), closed],
  build: ({ value }, emit) => emit.node('Gelu', [value('x')], { approximate: 'tanh' }),
})
