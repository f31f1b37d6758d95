import type { Dim } from '../../base/dim.ts'
import type { Node } from '../../ir/graph.ts'
import { definePass, refused } from '../define.ts'
import type { GraphView } from '../graph-view.ts'
import { op } from '../pattern.ts'
import { tryClampedIntegers } from '../tensors.ts'

interface Cut {
  readonly start: number
  readonly end: number
  readonly step: number
}

/** What a Slice with constant arguments does, by axis. */
function cutsOf(view: GraphView, node: Node, rank: number): ReadonlyMap<number, Cut> | undefined {
  const list = (i: number) => tryClampedIntegers(view.constant(node.inputs[i] ?? ''))
  const isGiven = (i: number) => (node.inputs[i] ?? '') !== ''
  const [starts, ends] = [list(1), list(2)]
  if (!starts || !ends) return undefined
  const axes = isGiven(3) ? list(3) : starts.map((_, i) => i)
  const steps = isGiven(4) ? list(4) : starts.map(() => 1)
  if (!axes || !steps) return undefined
  return new Map(
    axes.map((axis, i) => [
      axis < 0 ? axis + rank : axis,
      { start: starts[i]!, end: ends[i]!, step: steps[i]! },
    ]),
  )
}

/** One cut in the place of two on an axis of a known size; ends before the axis are written -size - 1. */
function composed(size: Dim | undefined, first: Cut, second: Cut): Cut | undefined {
  if (typeof size !== 'number') return undefined
  const outer = resolved(size, first)
  const inner = resolved(outer.count, second)
  const step = outer.step * inner.step
  const start = outer.start + inner.start * outer.step
  const end = start + inner.count * step
  return inner.count === 0 ? { start: 0, end: 0, step: 1 } : { start, end: end < 0 ? -size - 1 : end, step }
}

/** ONNX clamps start and end into the axis: to [0, size] going forward, to [-1, size - 1] going back. */
function resolved(size: number, { start, end, step }: Cut): { start: number; count: number; step: number } {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
  const clamp = (at: number, least: number) => Math.max(least, Math.min(high, at < 0 ? at + size : at))
  const from = clamp(start, Math.max(low, 0))
  return { start: from, count: Math.max(0, Math.ceil((clamp(end, low) - from) / step)), step }
}

export const sliceSlice = definePass({
  name: 'slice-slice',
  priority: 200,
  doc: 'Two Slices in a row become one: different axes side by side, the same axis where its size is known.',
  pattern: op('Slice', [op('Slice', ['x'], { as: 'first', open: true })], { as: 'second', open: true }),
  guards: [
    ({ view, node }) => view.isSole(node('first').outputs[0]!) || 'the first Slice must have one reader',
  ],
  build: ({ view, node, value, shape }, emit) => {
    const dims = shape('x')
    if (!dims) return refused('the rank must be known')
    const [first, second] = [
      cutsOf(view, node('first'), dims.length),
      cutsOf(view, node('second'), dims.length),
    ]
    if (!first || !second) return refused('starts, ends, axes and steps must be constants')
    const cuts = new Map(first)
    for (const [axis, cut] of second) {
      const before = first.get(axis)
      const both = before ? composed(dims[axis], before, cut) : cut
      if (!both) return refused(`the size of axis ${axis} must be known, because both cut it`)
      cuts.set(axis, both)
    }
    const lists = [...cuts.values()]
    const ints = (numbers: readonly number[]) => emit.literal('int64', numbers)
    return emit.node('Slice', [
      value('x'),
      ints(lists.map(({ start }) => start)),
      ints(lists.map(({ end }) => end)),
      ints([...cuts.keys()]),
      ints(lists.map(({ step }) => step)),
    ])
  },
})
