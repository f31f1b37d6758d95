import type { Node } from '../../ir/graph.ts'
import { numberOf, textOf, tryNumbersOf } from '../attributes.ts'
import { definePass, type Match, refused } from '../define.ts'
import { sole } from '../guards.ts'
import { op, optional } from '../pattern.ts'
import { tryIntegers, tryScalar } from '../tensors.ts'

/** What the padding of a layer stands for, which the Pad must have put there. */
const paddings = ['zero', 'lowest', 'uncounted'] as const
type Padding = (typeof paddings)[number]

const windowed = ['Conv', 'ConvInteger', 'MaxPool', 'AveragePool', 'LpPool'] as const

function paddingOf(node: Node): Padding {
  if (node.op === 'MaxPool') return 'lowest'
  return node.op === 'AveragePool' && numberOf(node, 'count_include_pad') === 0 ? 'uncounted' : 'zero'
}

/** Why a Pad with this constant is not the padding of the layer. */
function fillFlaw(match: Match, padding: Padding): string | undefined {
  const { tryValue, constant } = match
  const fill = tryValue('fill') === undefined ? 0 : tryScalar(constant('fill'))
  if (padding === 'lowest') {
    return fill === Number.NEGATIVE_INFINITY
      ? undefined
      : 'MaxPool pads with -Infinity, and Pad with something else'
  }
  return fill === 0 ? undefined : 'the padding must be the constant 0'
}

/** Pads of the spatial axes, all beginnings before all ends; undefined where other axes are padded or some are cut. */
function spatialPads(match: Match, rank: number): readonly number[] | undefined {
  const { constant, tryValue } = match
  const list = tryIntegers(constant('pads'))
  const given = tryValue('axes') === undefined ? undefined : tryIntegers(constant('axes'))
  if (!list || (tryValue('axes') !== undefined && !given)) return undefined
  const axes = (given ?? Array.from({ length: rank }, (_, i) => i)).map((axis) =>
    axis < 0 ? axis + rank : axis,
  )
  const pads = new Array<number>(2 * rank).fill(0)
  axes.forEach((axis, i) => {
    pads[axis] = list[i]!
    pads[rank + axis] = list[axes.length + i]!
  })
  const isSpatial = pads.every((pad, i) => pad >= 0 && (i % rank >= 2 || pad === 0))
  return isSpatial ? [...pads.slice(2, rank), ...pads.slice(rank + 2)] : undefined
}

export const padWindow = definePass({
  name: 'pad-window',
  priority: 340,
  doc: 'Pad with the constant that a convolution or a pool pads with itself goes into its pads.',
  pattern: op(
    windowed,
    [
      op('Pad', ['x', 'pads', optional('fill'), optional('axes')], {
        as: 'pad',
        attributes: { mode: 'constant' },
      }),
    ],
    {
      as: 'layer',
      open: true,
    },
  ),
  guards: [
    sole('pad'),
    ({ node }) =>
      ['NOTSET', 'VALID', ''].includes(textOf(node('layer'), 'auto_pad')) ||
      'auto_pad must not depend on the size',
    ({ node }) =>
      numberOf(node('layer'), 'ceil_mode') === 0 ||
      'ceil_mode must be off, because it drops windows that start in the padding',
  ],
  build: (match, emit) => {
    const { node, shape, value } = match
    const [layer, rank] = [node('layer'), shape('x')?.length]
    if (rank === undefined) return refused('the rank must be known')
    const pads = spatialPads(match, rank)
    if (!pads) return refused('pads must be constants of 0 or more on spatial axes only')
    const own = tryNumbersOf(layer, 'pads') ?? pads.map(() => 0)
    const padding = paddingOf(layer)
    if (padding === 'uncounted' && own.some((pad) => pad !== 0)) {
      return refused('AveragePool counts what Pad adds, and not its own padding (count_include_pad)')
    }
    const flaw = fillFlaw(match, padding)
    if (flaw !== undefined) return refused(flaw)
    if (layer.op === 'ConvInteger' && layer.inputs[2])
      return refused('a zero point makes the padding of ConvInteger another number')
    const sum = pads.map((pad, i) => pad + own[i]!)
    return emit.again(layer, [value('x'), ...layer.inputs.slice(1)], {
      pads: sum,
      auto_pad: undefined,
      ...(padding === 'uncounted' && { count_include_pad: 1 }),
    })
  },
})
