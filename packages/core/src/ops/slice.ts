import type { Dim } from '../base/dim.ts'
import type { Shape } from '../base/shape.ts'
import type { TensorRef } from '../kernel/lower.ts'
import { defineOp, type InferContext } from './define.ts'
import { numbersOf, type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { emitParts } from './lower/move.ts'
import { type AxisPart, isByteSized, knownIntegers, partOffset, wholePart } from './lower/parts.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { normalizeAxes } from './shared/axes.ts'
import { integersOf } from './shared/elements.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { pickAlongAxes } from './shared/pick.ts'
import { listLength } from './shared/require.ts'
import { sliceBounds } from './shared/slice-bounds.ts'
import { trackedOf } from './shared/tracked.ts'
import { indexInts, tensorsIr4 } from './types.ts'

/**
 * Every step-th element from start up to, not including, end, along each of the axes. Negative positions
 * count from the end, positions outside are clamped, and a negative step walks backwards.
 */
export const slice = defineOp({
  name: 'Slice',
  since: [1, 10, 11, 13],
  types: { T: tensorsIr4, Tind: indexInts },
  inputs: {
    data: one('T'),
    starts: one('Tind'),
    ends: one('Tind'),
    axes: maybe('Tind'),
    steps: maybe('Tind'),
  },
  outputs: { output: one('T') },
  attrs: {},
  infer: ({ data, ...cut }, _attrs, context) => ({
    output: tensorFact(data.dtype, inferShape(data.shape, cut, context), sliceValues(data, cut)),
  }),
  reference: ({ data, starts, ends, axes, steps }) => {
    const parts = partsOf(data.shape, {
      starts: integersOf(starts),
      ends: integersOf(ends),
      axes: axes && integersOf(axes),
      steps: steps && integersOf(steps),
    })
    return { output: pickAlongAxes(data, parts.map(positions)) }
  },
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: ({ data, ...cut }) => {
      const parts = isByteSized(data) ? knownParts(data, cut) : undefined
      const offset = parts && partOffset(data.shape, parts)
      return offset === undefined ? undefined : [offset]
    },
    emit: ({ data, ...cut }, { output }, _attrs, context) => {
      const parts = knownParts(data, cut)
      return parts ? emitParts(data, output, parts, context) : 'positions that a run computes'
    },
  },
})

interface Cut<D extends Dim> {
  readonly start: D
  readonly end: D
  readonly step: number
}

interface Lists<D extends Dim> {
  readonly starts: readonly D[]
  readonly ends: readonly D[]
  readonly axes: readonly number[] | undefined
  readonly steps: readonly number[] | undefined
}

/** What is cut by axis. Throws SLP-O2 where the lists disagree in length or a step is 0. */
function arrange<D extends Dim>(rank: number, lists: Lists<D>): ReadonlyMap<number, Cut<D>> {
  const { starts, ends, steps } = lists
  const axes = normalizeAxes(lists.axes ?? starts.map((_, i) => i), rank)
  for (const [name, list] of Object.entries({ ends, axes, steps })) {
    if (list && list.length !== starts.length)
      refuse(`${name} must have ${starts.length} elements as starts has`, list.length)
  }
  if (steps?.includes(0)) refuse('steps must not be 0', steps)
  return new Map(axes.map((axis, i) => [axis, { start: starts[i]!, end: ends[i]!, step: steps?.[i] ?? 1 }]))
}

function partsOf(shape: Shape, lists: Lists<number>): readonly AxisPart[] {
  const cuts = arrange(shape.length, lists)
  return shape.map((size, axis) => {
    const cut = cuts.get(axis)
    return cut ? partOf(size, cut) : wholePart(size)
  })
}

function partOf(size: number, { start, end, step }: Cut<number>): AxisPart {
  const bounds = sliceBounds(size, start, end, step)
  const { first, count } = bounds as { first: number; count: number } // numbers in, numbers out
  return { first, step, count }
}

const positions = ({ first, step, count }: AxisPart): readonly number[] =>
  Array.from({ length: count }, (_, i) => first + i * step)

type CutRefs = Readonly<Record<'starts' | 'ends', TensorRef>> &
  Readonly<Record<'axes' | 'steps', TensorRef | undefined>>

/** Undefined where an input is not known while planning. */
function knownParts({ shape }: TensorRef, cut: CutRefs): readonly AxisPart[] | undefined {
  const [starts, ends] = [knownIntegers(cut.starts), knownIntegers(cut.ends)]
  const [axes, steps] = [cut.axes && knownIntegers(cut.axes), cut.steps && knownIntegers(cut.steps)]
  if (!starts || !ends || (cut.axes && !axes) || (cut.steps && !steps)) return undefined
  return partsOf(shape, { starts, ends, axes, steps })
}

type CutFacts = Readonly<Record<'starts' | 'ends', TensorFact>> &
  Readonly<Record<'axes' | 'steps', TensorFact | undefined>>

/** Undefined where an input is not known at all. */
function cutsOf(rank: number, facts: CutFacts): ReadonlyMap<number, Cut<Dim>> | undefined {
  const [starts, ends] = [clampedValuesOf(facts.starts), clampedValuesOf(facts.ends)]
  const [axes, steps] = [numbersOf(facts.axes), clampedValuesOf(facts.steps)]
  if (!starts || !ends || (facts.axes && !axes) || (facts.steps && !isNumbers(steps))) return undefined
  return arrange<Dim>(rank, { starts, ends, axes, steps: isNumbers(steps) ? steps : undefined })
}

const isNumbers = (list: readonly Dim[] | undefined): list is readonly number[] =>
  list?.every((item) => typeof item === 'number') ?? false

/** Like valuesOf, but the ends of the 64-bit range, which mean "as far as possible", are kept as 2^53. */
function clampedValuesOf(fact: TensorFact | undefined): readonly Dim[] | undefined {
  if (!fact?.constant) return valuesOf(fact)
  const most = Number.MAX_SAFE_INTEGER
  return integersOf(fact.constant).map((value) => Math.max(-most, Math.min(most, value)))
}

function inferShape(
  shape: readonly Dim[] | undefined,
  facts: CutFacts,
  context: InferContext,
): readonly Dim[] | undefined {
  for (const name of ['starts', 'ends'] as const) listLength(name, facts[name])
  if (!shape) return undefined
  const cuts = cutsOf(shape.length, facts)
  if (cuts) {
    return shape.map((size, axis) => {
      const cut = cuts.get(axis)
      return cut ? (sliceBounds(size, cut.start, cut.end, cut.step)?.count ?? context.freshDim('size')) : size
    })
  }
  const axes = numbersOf(facts.axes)
  if (!axes) return freshShape(shape.length, 'size', context)
  const changed = normalizeAxes(axes, shape.length)
  return shape.map((size, axis) => (changed.includes(axis) ? context.freshDim('size') : size))
}

/** Tracked elements of a vector between known positions. */
function sliceValues(data: TensorFact, facts: CutFacts): readonly Dim[] | undefined {
  const values = data.shape?.length === 1 ? trackedOf(data) : undefined
  const cut = values && cutsOf(1, facts)?.get(0)
  if (!cut || typeof cut.start !== 'number' || typeof cut.end !== 'number') return undefined
  const part = partOf(values.length, { start: cut.start, end: cut.end, step: cut.step })
  return positions(part).map((i) => values[i]!)
}
