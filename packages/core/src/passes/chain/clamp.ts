import type { DType } from '../../base/dtype.ts'
import { definePass, type Match, refused } from '../define.ts'
import type { Emit } from '../emit.ts'
import { constant, either, type NodePattern, op, optional, type PatternInit } from '../pattern.ts'
import { tryScalar } from '../tensors.ts'

interface Range {
  readonly low: number
  readonly high: number
}

/** The ways to hold a value to a range, with captures that end in `n`. */
const clamps = (x: PatternInit, n: number): readonly NodePattern[] => [
  op('Relu', [x], { as: `relu${n}` }),
  op('Clip', [x, optional(`low${n}`), optional(`high${n}`)], { as: `clip${n}` }),
  op('Max', [x, constant(`least${n}`)], { as: `max${n}` }),
  op('Min', [x, constant(`most${n}`)], { as: `min${n}` }),
]

/** Undefined where a bound is no constant of one element. */
function rangeOf(match: Match, n: number): Range | undefined {
  const bound = (name: string, otherwise: number) =>
    match.has(name) ? tryScalar(match.constant(name)) : otherwise
  const low = match.has(`relu${n}`) ? 0 : bound(`low${n}`, bound(`least${n}`, Number.NEGATIVE_INFINITY)!)
  const high = bound(`high${n}`, bound(`most${n}`, Number.POSITIVE_INFINITY)!)
  if (low === undefined || high === undefined || Number.isNaN(low + high)) return undefined
  return { low, high }
}

/** Where the bounds cross, the upper one wins, as in Clip. */
const hold = (x: number, { low, high }: Range): number => Math.min(high, Math.max(low, x))

function emitRange(emit: Emit, x: string, dtype: DType, { low, high }: Range): string {
  if (low === 0 && high === Number.POSITIVE_INFINITY && !dtype.startsWith('u')) return emit.node('Relu', [x])
  const bound = (value: number) => (Number.isFinite(value) ? emit.literal(dtype, value) : undefined)
  return emit.node('Clip', [x, bound(low), bound(high)])
}

const inner = either(...clamps('x', 1))

export const clamp = definePass({
  name: 'clamp',
  priority: 220,
  doc: 'Relu, Clip, Min and Max by constants in a row become one Clip, or one Relu.',
  pattern: clamps(inner, 2),
  guards: [
    ({ view, matched }) => view.isSole(matched[1]!.outputs[0]!) || 'the first must have one reader',
    ({ view, root, shape }) =>
      view.shape(root.outputs[0]!)?.length === shape('x')?.length || 'the bounds must not enlarge the shape',
  ],
  build: (match, emit) => {
    const [first, second, dtype] = [rangeOf(match, 1), rangeOf(match, 2), match.dtype('x')]
    if (!first || !second || !dtype) return refused('the bounds must be constants of one element')
    const range = { low: hold(first.low, second), high: hold(first.high, second) }
    if (range.low === range.high) return refused('the bounds must leave more than one value')
    return emitRange(emit, match.value('x'), dtype, range)
  },
})

export const clampRelu = definePass({
  name: 'clamp-relu',
  priority: 225,
  doc: 'Max(x, 0) and Clip from 0 up become Relu.',
  pattern: [op('Max', ['x', 0]), op('Clip', ['x', 0])],
  guards: [({ dtype }) => !(dtype('x') ?? 'u').startsWith('u') || 'x must be signed'],
  build: ({ value }, emit) => emit.node('Relu', [value('x')]),
})
