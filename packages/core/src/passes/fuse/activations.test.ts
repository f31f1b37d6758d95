import type { GraphBuilder } from '../../ir/builder.ts'
import { passTest } from '../../testing/pass-test.ts'
import { gelu, geluTanh } from './gelu.ts'
import { hardSigmoid, hardSwish } from './hard.ts'
import { mish, softplus } from './softplus.ts'
import { swish } from './swish.ts'

const tolerance = { relative: 1e-4, absolute: 1e-5 }
const k = (b: GraphBuilder, value: number) => b.literal('float32', value)
const x = (b: GraphBuilder) => b.input('x', { kind: 'tensor', dtype: 'float32', shape: [7, 5] })

passTest(swish, [
  {
    name: 'x * sigmoid(x)',
    graph: 'graph g(x: float32[N]) -> (y) { s = Sigmoid(x) y = Mul(s, x) }',
    becomes: ['Swish'],
  },
  {
    name: 'with a factor',
    graph:
      'graph g(x: float32[N]) -> (y) { const k = float32[](1.702) a = Mul(k, x) s = Sigmoid(a) y = Mul(x, s) }',
    becomes: ['Swish'],
  },
  {
    name: 'not of another value',
    graph: 'graph g(x: float32[N], z: float32[N]) -> (y) { s = Sigmoid(z) y = Mul(s, x) }',
    because: 'must be the same value',
  },
  {
    name: 'not where others read the gate',
    graph: 'graph g(x: float32[N]) -> (s, y) { s = Sigmoid(x) y = Mul(s, x) }',
    because: 'not be an output',
  },
])

const half = (b: GraphBuilder, gate: string, order: number) =>
  [
    () => b.node('Mul', [b.node('Mul', ['x', gate]), k(b, 0.5)]),
    () => b.node('Mul', [b.node('Mul', [k(b, 0.5), gate]), 'x']),
    () => b.node('Mul', [b.node('Mul', ['x', k(b, 0.5)]), gate]),
  ][order]!()
const erfGate = (b: GraphBuilder, divide: boolean) =>
  b.node('Add', [
    k(b, 1),
    b.node('Erf', [
      divide ? b.node('Div', ['x', k(b, Math.SQRT2)]) : b.node('Mul', ['x', k(b, Math.SQRT1_2)]),
    ]),
  ])

passTest(gelu, [
  ...[0, 1, 2].map((order) => ({
    name: `in order ${order}`,
    graph: (b: GraphBuilder) => {
      x(b)
      return half(b, erfGate(b, order !== 1), order)
    },
    becomes: ['Gelu'],
    tolerance,
  })),
  {
    name: 'not with another divisor',
    graph: (b) => {
      x(b)
      return b.node('Mul', [
        b.node('Mul', ['x', b.node('Add', [b.node('Erf', [b.node('Div', ['x', k(b, 1.4)])]), k(b, 1)])]),
        k(b, 0.5),
      ])
    },
    because: 'must be the constant 1.414',
  },
  {
    name: 'not where a graph output lies inside',
    graph: (b) => {
      x(b)
      const gate = erfGate(b, true)
      return [gate, half(b, gate, 0)]
    },
    because: 'not be an output of the graph',
  },
])

const bends: readonly ((b: GraphBuilder) => string)[] = [
  (b) =>
    b.node('Mul', [
      k(b, 0.7978845608),
      b.node('Add', ['x', b.node('Mul', [k(b, 0.044715), b.node('Pow', ['x', k(b, 3)])])]),
    ]),
  (b) =>
    b.node('Mul', [
      b.node('Mul', [
        'x',
        b.node('Add', [b.node('Mul', [b.node('Mul', ['x', 'x']), k(b, 0.044715)]), k(b, 1)]),
      ]),
      k(b, 0.7978845608),
    ]),
  (b) =>
    b.node('Mul', [
      b.node('Mul', ['x', k(b, 0.79788456)]),
      b.node('Add', [k(b, 1), b.node('Mul', [b.node('Mul', ['x', 'x']), k(b, 0.044715)])]),
    ]),
]
passTest(geluTanh, [
  ...bends.map((bend, i) => ({
    name: `bend ${i}`,
    graph: (b: GraphBuilder) => {
      x(b)
      return half(b, b.node('Add', [b.node('Tanh', [bend(b)]), k(b, 1)]), i)
    },
    becomes: ['Gelu'],
    tolerance,
  })),
])

passTest(hardSigmoid, [
  {
    name: 'of six',
    graph: (b) =>
      b.node('Div', [b.node('Clip', [b.node('Add', [x(b), k(b, 3)]), k(b, 0), k(b, 6)]), k(b, 6)]),
    becomes: ['HardSigmoid'],
    tolerance,
  },
  {
    name: 'of any slope',
    graph: (b) =>
      b.node('Clip', [b.node('Add', [b.node('Mul', [x(b), k(b, 0.2)]), k(b, 0.4)]), k(b, 0), k(b, 1)]),
    becomes: ['HardSigmoid'],
    tolerance,
  },
  {
    name: 'not of other bounds',
    graph: (b) =>
      b.node('Div', [b.node('Clip', [b.node('Add', [x(b), k(b, 3)]), k(b, 0), k(b, 5)]), k(b, 6)]),
    because: 'must be the constant 6',
  },
])
passTest(hardSwish, [
  {
    name: 'divided at last',
    graph: (b) =>
      b.node('Div', [
        b.node('Mul', [x(b), b.node('Clip', [b.node('Add', ['x', k(b, 3)]), k(b, 0), k(b, 6)])]),
        k(b, 6),
      ]),
    becomes: ['HardSwish'],
    tolerance,
  },
  {
    name: 'over HardSigmoid',
    graph: (b) =>
      b.node('Mul', [
        x(b),
        b.node('Div', [b.node('Clip', [b.node('Add', ['x', k(b, 3)]), k(b, 0), k(b, 6)]), k(b, 6)]),
      ]),
    with: [hardSigmoid],
    becomes: ['HardSwish'],
    tolerance,
  },
])
passTest(softplus, [
  {
    name: 'ln(1 + exp(x))',
    graph: (b) => b.node('Log', [b.node('Add', [b.node('Exp', [x(b)]), k(b, 1)])]),
    becomes: ['Softplus'],
    tolerance,
  },
])
passTest(mish, [
  {
    name: 'over softplus',
    graph: (b) =>
      b.node('Mul', [
        b.node('Tanh', [b.node('Log', [b.node('Add', [k(b, 1), b.node('Exp', [x(b)])])])]),
        'x',
      ]),
    with: [softplus],
    becomes: ['Mish'],
    tolerance,
  },
])
