import { float } from '../../ir/builder.ts'
import { type BuildGraph, passTest } from '../../testing/pass-test.ts'
import { expandBatchNormalization } from './expand-batch-normalization.ts'
import { foldAffine } from './fold-affine.ts'
import { foldBatchNormalization } from './fold-batch-normalization.ts'

type Build = Parameters<BuildGraph>
type B = Build[0]
type G = Build[1]

const normalize = (b: B, g: G, x: string, channels: number, attributes: Record<string, number> = {}) =>
  b.node(
    'BatchNormalization',
    [
      x,
      g.weights([channels]),
      g.weights([channels]),
      g.weights([channels]),
      g.weights([channels], { positive: true }),
    ],
    attributes,
  )
const conv = (b: B, g: G, bias = false) =>
  b.node('Conv', [g.input('x', ['N', 3, 5, 6]), g.weights([4, 3, 3, 2]), bias ? g.weights([4]) : undefined])
const tolerance = { relative: 1e-4, absolute: 1e-4 }

passTest(foldBatchNormalization, [
  { name: 'into Conv', graph: (b, g) => normalize(b, g, conv(b, g), 4), becomes: ['Conv'], tolerance },
  {
    name: 'into Conv with a bias',
    graph: (b, g) => normalize(b, g, conv(b, g, true), 4),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'into grouped Conv',
    graph: (b, g) =>
      normalize(b, g, b.node('Conv', [g.input('x', [1, 4, 6]), g.weights([6, 2, 3])], { group: 2 }), 6),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'into grouped ConvTranspose',
    graph: (b, g) =>
      normalize(
        b,
        g,
        b.node('ConvTranspose', [g.input('x', [1, 4, 3]), g.weights([4, 3, 2])], { group: 2, strides: [2] }),
        6,
      ),
    becomes: ['ConvTranspose'],
    tolerance,
  },
  {
    name: 'into Gemm with beta and a transposed B',
    graph: (b, g) =>
      normalize(
        b,
        g,
        b.node('Gemm', [g.input('x', ['N', 3]), g.weights([5, 3]), g.weights([5])], {
          transB: 1,
          alpha: float(2),
          beta: 0.5,
        }),
        5,
      ),
    becomes: ['Gemm'],
    tolerance,
  },
  {
    name: 'into another one',
    graph: (b, g) => normalize(b, g, normalize(b, g, g.input('x', ['N', 3, 4]), 3), 3),
    becomes: ['BatchNormalization'],
    tolerance,
  },
  {
    name: 'not a C with a row for each row',
    graph: (b, g) =>
      normalize(b, g, b.node('Gemm', [g.input('x', [2, 3]), g.weights([3, 5]), g.weights([2, 5])]), 5),
    because: 'C one per column',
  },
  {
    name: 'not in training',
    graph: (b, g) => normalize(b, g, conv(b, g), 4, { training_mode: 1 }),
    because: 'outside training',
    tolerance,
  },
  {
    name: 'not where others read the layer',
    graph: (b, g) => {
      const y = conv(b, g)
      return [b.node('Relu', [y]), normalize(b, g, y, 4)]
    },
    because: 'must have one reader',
  },
  {
    name: 'not where the graph returns the layer',
    graph: (b, g) => {
      const y = conv(b, g)
      return [y, normalize(b, g, y, 4)]
    },
    because: 'not be an output of the graph',
  },
  {
    name: 'not where a body captures the layer',
    graph: `graph g(c: bool[], x: float32[1,1,2]) -> (y, z) {
      const w = float32[1,1,1](2) const s = float32[1](3)
      t = Conv(x, w)
      y = BatchNormalization(t, s, s, s, s)
      z = If(c) {then_branch: graph a() -> (p) { p = Abs(t) }, else_branch: graph b() -> (q) { q = Neg(x) }}
    }`,
    because: 'must have one reader',
  },
  {
    name: 'not weights that a caller can replace',
    graph: `graph g(x: float32[1,1,2], w: float32[1,1,1]) -> (y) {
      const w = float32[1,1,1](2) const s = float32[1](3)
      t = Conv(x, w)
      y = BatchNormalization(t, s, s, s, s)
    }`,
    because: 'must be constants that no caller can replace',
  },
  {
    name: 'not beyond the range of the weights',
    graph: `graph g(x: float16[1,1,2]) -> (y) {
      const w = float16[1,1,1](60000) const s = float16[1](3) const v = float16[1](0.01)
      t = Conv(x, w)
      y = BatchNormalization(t, s, s, s, v)
    }`,
    because: 'must be finite',
    inputs: { x: { kind: 'tensor', dtype: 'float16', shape: [1, 1, 2], data: new Uint16Array(2) } },
  },
])

const afterConv =
  (map: (b: B, g: G, y: string) => string): BuildGraph =>
  (b, g) =>
    map(b, g, conv(b, g, true))

passTest(foldAffine, [
  {
    name: 'a factor per channel',
    graph: afterConv((b, g, y) => b.node('Mul', [g.weights([4, 1, 1]), y])),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'an offset per channel',
    graph: afterConv((b, g, y) => b.node('Add', [y, g.weights([1, 4, 1, 1])])),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'one divisor, and less',
    graph: afterConv((b, g, y) =>
      b.node('Sub', [b.node('Div', [y, b.literal('float32', 3)]), g.weights([4, 1, 1])]),
    ),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'a constant less the layer',
    graph: afterConv((b, g, y) => b.node('Sub', [g.weights([1]), y])),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'into MatMul, any rank',
    graph: (b, g) =>
      b.node('Mul', [b.node('MatMul', [g.input('x', ['N', 2, 3]), g.weights([3, 4])]), g.weights([4])]),
    becomes: ['MatMul'],
    tolerance,
  },
  {
    name: 'into Gemm',
    graph: (b, g) =>
      b.node('Add', [
        b.node('Mul', [
          b.node('Gemm', [g.input('x', ['N', 3]), g.weights([3, 4])], { beta: float(3) }),
          g.weights([4]),
        ]),
        g.weights([1, 1]),
      ]),
    becomes: ['Gemm'],
    tolerance,
  },
  {
    name: 'into BatchNormalization',
    graph: (b, g) =>
      b.node('Add', [
        b.node('Mul', [normalize(b, g, g.input('x', ['N', 3, 4]), 3), g.weights([3, 1])]),
        g.weights([3, 1]),
      ]),
    becomes: ['BatchNormalization'],
    tolerance,
  },
  {
    name: 'not an offset into MatMul',
    graph: (b, g) =>
      b.node('Add', [b.node('MatMul', [g.input('x', ['N', 2, 3]), g.weights([3, 4])]), g.weights([4])]),
    because: 'no place for an offset',
  },
  {
    name: 'not a constant that differs along other axes',
    graph: afterConv((b, g, y) => b.node('Mul', [y, g.weights([5])])),
    because: 'must be one, or one per channel',
  },
  {
    name: 'not a constant that enlarges the shape',
    graph: afterConv((b, g, y) => b.node('Add', [y, g.weights([1, 1, 4, 1, 1])])),
    because: 'must not enlarge the shape',
  },
  {
    name: 'not what divides by the layer',
    graph: afterConv((b, g, y) => b.node('Div', [g.weights([1]), y])),
  },
  {
    name: 'not where others read the layer',
    graph: afterConv((b, g, y) => b.node('Mul', [b.node('Mul', [y, g.weights([1])]), y])),
    because: 'must have one reader',
  },
  {
    name: 'not dividing by 0',
    graph: afterConv((b, _, y) => b.node('Div', [y, b.literal('float32', 0)])),
    because: 'must be finite',
  },
])

passTest(expandBatchNormalization, [
  {
    name: 'of any rank',
    graph: (b, g) => [
      normalize(b, g, g.input('x', ['N', 3]), 3),
      normalize(b, g, g.input('z', ['N', 3, 'H', 2]), 3),
    ],
    becomes: ['Mul', 'Add', 'Mul', 'Add'],
    tolerance,
  },
  {
    name: 'not in training',
    graph: (b, g) => normalize(b, g, g.input('x', ['N', 3]), 3, { training_mode: 1 }),
    because: 'outside training',
  },
])
