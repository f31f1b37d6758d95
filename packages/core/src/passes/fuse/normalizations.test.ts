import type { DType } from '../../base/dtype.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { passTest, type Weights } from '../../testing/pass-test.ts'
import { groupNormalization, instanceNormalization } from './instance-normalization.ts'
import { layerNormalization, rmsNormalization } from './layer-normalization.ts'

const tolerance = { relative: 1e-3, absolute: 1e-4 }

interface Form {
  readonly axes: readonly number[]
  readonly power?: boolean
  readonly inverse?: 'Reciprocal' | 'Div'
  readonly twice?: boolean
  readonly dtype?: DType
}

/** What exporters write for (x - mean) / √(variance + epsilon). */
function standardize(
  b: GraphBuilder,
  x: string,
  { axes, power, inverse, twice, dtype = 'float32' }: Form,
): string {
  const list = b.literal('int64', axes)
  const centre = () => b.node('Sub', [x, b.node('ReduceMean', [x, list])])
  const d = centre()
  const e = twice ? centre() : d
  const square = power ? b.node('Pow', [e, b.literal(dtype, 2)]) : b.node('Mul', [e, e])
  const root = b.node('Sqrt', [b.node('Add', [b.node('ReduceMean', [square, list]), b.literal(dtype, 1e-3)])])
  if (inverse === 'Reciprocal') return b.node('Mul', [d, b.node('Reciprocal', [root])])
  return inverse === 'Div'
    ? b.node('Mul', [b.node('Div', [b.literal(dtype, 1), root]), d])
    : b.node('Div', [d, root])
}

const affine = (b: GraphBuilder, g: Weights, y: string, shape: readonly number[], dtype: DType = 'float32') =>
  b.node('Add', [b.node('Mul', [y, g.weights(shape, { dtype })]), g.weights(shape, { dtype })])

passTest(layerNormalization, [
  {
    name: 'with factor and offset',
    graph: (b, g) =>
      affine(b, g, standardize(b, g.input('x', ['N', 4, 6]), { axes: [-1], power: true }), [6]),
    becomes: ['LayerNormalization'],
    tolerance,
  },
  {
    name: 'over two axes, with x centred twice',
    graph: (b, g) =>
      affine(
        b,
        g,
        standardize(b, g.input('x', ['N', 4, 6]), { axes: [2, 1], twice: true, inverse: 'Reciprocal' }),
        [4, 6],
      ),
    becomes: ['LayerNormalization'],
    tolerance,
  },
  {
    name: 'with a factor only',
    graph: (b, g) =>
      b.node('Mul', [
        g.weights([6]),
        standardize(b, g.input('x', ['N', 4, 6]), { axes: [2], inverse: 'Div' }),
      ]),
    becomes: ['LayerNormalization'],
    tolerance,
  },
  {
    name: 'bare',
    graph: (b, g) => standardize(b, g.input('x', ['N', 4, 6]), { axes: [2] }),
    becomes: ['LayerNormalization'],
    tolerance,
  },
  {
    name: 'in float16',
    graph: (b, g) =>
      affine(
        b,
        g,
        standardize(b, g.input('x', ['N', 8], 'float16'), { axes: [1], dtype: 'float16' }),
        [8],
        'float16',
      ),
    becomes: ['LayerNormalization'],
    tolerance: { relative: 2e-2, absolute: 2e-2 },
  },
  {
    name: 'not over other axes',
    graph: (b, g) => standardize(b, g.input('x', ['N', 4, 6]), { axes: [1] }),
    because: 'must go over the last axes',
  },
  {
    name: 'not in float64',
    graph: (b, g) => standardize(b, g.input('x', ['N', 6], 'float64'), { axes: [1], dtype: 'float64' }),
    because: 'must not be float64',
  },
  {
    name: 'not where others read the mean',
    graph: (b, g) => {
      const x = g.input('x', ['N', 6])
      const mean = b.node('ReduceMean', [x, b.literal('int64', [1])])
      const d = b.node('Sub', [x, mean])
      const root = b.node('Sqrt', [
        b.node('Add', [
          b.node('ReduceMean', [b.node('Mul', [d, d]), b.literal('int64', [1])]),
          b.literal('float32', 1e-3),
        ]),
      ])
      return [b.node('Div', [d, root]), mean]
    },
    because: 'must have no other reader',
    tolerance,
  },
])

const rms = (b: GraphBuilder, x: string, axes: readonly number[]) => {
  const mean = b.node('ReduceMean', [b.node('Pow', [x, b.literal('float32', 2)]), b.literal('int64', axes)])
  return b.node('Mul', [
    x,
    b.node('Reciprocal', [b.node('Sqrt', [b.node('Add', [mean, b.literal('float32', 1e-3)])])]),
  ])
}

passTest(rmsNormalization, [
  {
    name: 'over the last axis',
    graph: (b, g) => b.node('Mul', [g.weights([6]), rms(b, g.input('x', ['N', 4, 6]), [-1])]),
    becomes: ['RMSNormalization'],
    tolerance,
  },
  {
    name: 'not with a factor along other axes',
    graph: (b, g) => b.node('Mul', [g.weights([4, 1]), rms(b, g.input('x', ['N', 4, 6]), [-1])]),
    because: 'must differ along the normalised axes only',
    tolerance,
  },
])

passTest(instanceNormalization, [
  {
    name: 'over the spatial axes',
    graph: (b, g) => affine(b, g, standardize(b, g.input('x', ['N', 3, 4, 5]), { axes: [2, 3] }), [3, 1, 1]),
    becomes: ['InstanceNormalization'],
    tolerance,
  },
  {
    name: 'not per position',
    graph: (b, g) => affine(b, g, standardize(b, g.input('x', ['N', 3, 4, 5]), { axes: [2, 3] }), [4, 5]),
    because: 'one per channel',
    tolerance,
  },
])

const grouped = (b: GraphBuilder, g: Weights, scale = 1) => {
  const x = g.input('x', ['N', 6, 2, 2])
  const groups = b.node('Reshape', [x, b.literal('int64', [0, 3, -1])])
  const ones = b.literal('float32', [scale, scale, scale])
  const normal = b.node('InstanceNormalization', [groups, ones, b.literal('float32', [0, 0, 0])])
  return affine(b, g, b.node('Reshape', [normal, b.node('Shape', [x])]), [6, 1, 1])
}

passTest(groupNormalization, [
  {
    name: 'as exporters write it',
    graph: (b, g) => grouped(b, g),
    becomes: ['GroupNormalization'],
    tolerance,
  },
  {
    name: 'not with groups that are scaled',
    graph: (b, g) => grouped(b, g, 2),
    because: 'must not be scaled',
    tolerance,
  },
])
