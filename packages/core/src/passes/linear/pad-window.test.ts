import { type BuildGraph, passTest } from '../../testing/pass-test.ts'
import { padWindow } from './pad-window.ts'

type B = Parameters<BuildGraph>[0]
type G = Parameters<BuildGraph>[1]

const padded = (b: B, g: G, pads: readonly number[], fill?: number, attributes = {}) =>
  b.node(
    'Pad',
    [
      g.input('x', ['N', 2, 5, 6]),
      b.literal('int64', pads),
      fill === undefined ? undefined : b.literal('float32', fill),
    ],
    attributes,
  )
const around = [0, 0, 1, 2, 0, 0, 0, 1]
const lowest = Number.NEGATIVE_INFINITY
const window = { kernel_shape: [3, 3] }
const tolerance = { relative: 1e-5, absolute: 1e-5 }

passTest(padWindow, [
  {
    name: 'into Conv with pads of its own',
    graph: (b, g) => b.node('Conv', [padded(b, g, around), g.weights([3, 2, 2, 2])], { pads: [0, 1, 1, 0] }),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'into Conv with auto_pad VALID',
    graph: (b, g) =>
      b.node('Conv', [padded(b, g, around, 0), g.weights([3, 2, 2, 2])], { auto_pad: 'VALID' }),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'with axes',
    graph: (b, g) =>
      b.node('Conv', [
        b.node('Pad', [
          g.input('x', ['N', 2, 5, 6]),
          b.literal('int64', [1, 2]),
          undefined,
          b.literal('int64', [-1]),
        ]),
        g.weights([3, 2, 2, 2]),
      ]),
    becomes: ['Conv'],
    tolerance,
  },
  {
    name: 'into MaxPool',
    graph: (b, g) => b.node('MaxPool', [padded(b, g, around, lowest)], window),
    becomes: ['MaxPool'],
  },
  {
    name: 'into AveragePool that counts its padding',
    graph: (b, g) =>
      b.node('AveragePool', [padded(b, g, around)], { ...window, count_include_pad: 1, pads: [1, 0, 0, 1] }),
    becomes: ['AveragePool'],
    tolerance,
  },
  {
    name: 'into AveragePool without padding',
    graph: (b, g) => b.node('AveragePool', [padded(b, g, around)], window),
    becomes: ['AveragePool'],
    tolerance,
  },
  {
    name: 'not into AveragePool that does not count its own padding',
    graph: (b, g) => b.node('AveragePool', [padded(b, g, around)], { ...window, pads: [1, 1, 1, 1] }),
    because: 'count_include_pad',
  },
  {
    name: 'not zeros into MaxPool',
    graph: (b, g) => b.node('MaxPool', [padded(b, g, around)], window),
    because: 'MaxPool pads with -Infinity',
  },
  {
    name: 'not another constant into Conv',
    graph: (b, g) => b.node('Conv', [padded(b, g, around, 1), g.weights([3, 2, 2, 2])]),
    because: 'must be the constant 0',
  },
  {
    name: 'not where others read the Pad',
    graph: (b, g) => {
      const p = padded(b, g, around)
      return [b.node('Conv', [p, g.weights([3, 2, 2, 2])]), b.node('Conv', [p, g.weights([1, 2, 3, 3])])]
    },
    because: 'must have one reader',
  },
  {
    name: 'not other modes',
    graph: (b, g) =>
      b.node('Conv', [padded(b, g, around, undefined, { mode: 'edge' }), g.weights([3, 2, 2, 2])]),
    because: 'attribute mode',
  },
  {
    name: 'not channels',
    graph: (b, g) => b.node('Conv', [padded(b, g, [0, 1, 0, 0, 0, 0, 0, 0]), g.weights([3, 3, 2, 2])]),
    because: 'on spatial axes only',
  },
  {
    name: 'not what cuts',
    graph: (b, g) => b.node('Conv', [padded(b, g, [0, 0, -1, 0, 0, 0, 1, 0]), g.weights([3, 2, 2, 2])]),
    because: 'constants of 0 or more',
  },
  {
    name: 'not with auto_pad SAME',
    graph: (b, g) =>
      b.node('Conv', [padded(b, g, around), g.weights([3, 2, 2, 2])], { auto_pad: 'SAME_UPPER' }),
    because: 'auto_pad must not',
  },
  {
    name: 'not with ceil_mode',
    graph: (b, g) =>
      b.node('MaxPool', [padded(b, g, around, lowest)], { ...window, strides: [2, 2], ceil_mode: 1 }),
    because: 'ceil_mode must be off',
  },
  {
    name: 'not where the indices of MaxPool are read',
    graph: (b, g) => b.nodes('MaxPool', [padded(b, g, around, lowest)], window, { outputs: 2 }),
    because: 'must not be read',
  },
])
