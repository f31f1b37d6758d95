import { addDims, type Dim } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import { type WideTensor, widen } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext } from './define.ts'
import { numbersOf, type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { lowerPicks } from './lower/pick-axes.ts'
import { maybe, one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { normalizeAxes } from './shared/axes.ts'
import { integersOf } from './shared/elements.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { pickAlongAxes, wholeAxis } from './shared/pick.ts'
import { listLength } from './shared/require.ts'
import { indexInts, tensorsIr13 } from './types.ts'

const modes = ['constant', 'reflect', 'edge', 'wrap'] as const
type Mode = (typeof modes)[number]

/**
 * Adds elements before and after each axis: a constant, the mirror image (the border itself not repeated),
 * the border over and over, or the other end. Negative pads take elements away, before others are added.
 */
export const pad = defineOp({
  name: 'Pad',
  since: [1, 2, 11, 13, 18, 19, 21, 23, 24, 25],
  types: { T: tensorsIr13, Tind: indexInts },
  inputs: { data: one('T'), pads: one('int64'), constant_value: maybe('T'), axes: maybe('Tind') },
  outputs: { output: one('T') },
  attrs: { mode: attr.oneOf(modes, 'constant') },
  infer: ({ data, pads, axes }, _attrs, context) => {
    listLength('pads', pads)
    return { output: tensorFact(data.dtype, data.shape && inferShape(data.shape, pads, axes, context)) }
  },
  reference: ({ data, pads, constant_value, axes }, { mode }, { checkElements }) => {
    const around = byAxis(data.shape.length, integersOf(pads), axes && integersOf(axes))
    const sizes = data.shape.map((size, axis) => addPads(size, around.get(axis)) as number) // numbers in, numbers out
    checkElements(elementCount(sizes))
    const picks = data.shape.map((size, axis) => padAxis(size, around.get(axis) ?? [0, 0], mode))
    return { output: pickAlongAxes(data, picks, fillOf(constant_value)) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit({ data, pads, constant_value, axes }, { output }, { mode }, context) {
      if (!pads.constant || (axes && !axes.constant)) return 'pads of a run'
      if (constant_value && elementCount(constant_value.shape) !== 1) return 'several constants'
      const list = axes?.constant && integersOf(widen(axes.constant))
      const around = byAxis(data.shape.length, integersOf(widen(pads.constant)), list)
      const picks = data.shape.map((size, axis) => padAxis(size, around.get(axis) ?? [0, 0], mode))
      return lowerPicks(data, output, picks, constant_value?.at, context)
    },
  },
})

function fillOf(constant: WideTensor | undefined): WideTensor | undefined {
  if (constant && elementCount(constant.shape) !== 1) {
    refuseValue('constant_value must have one element', constant.shape)
  }
  return constant
}

/** Elements before and after, by axis. Throws SLP-O2. */
function byAxis<D extends Dim>(
  rank: number,
  pads: readonly D[],
  axes: readonly number[] = wholeAxis(rank),
): ReadonlyMap<number, readonly [D, D]> {
  const list = normalizeAxes(axes, rank)
  if (pads.length !== 2 * list.length) refuse(`pads must have ${2 * list.length} elements`, pads.length)
  return new Map(list.map((axis, i) => [axis, [pads[i]!, pads[i + list.length]!]]))
}

function addPads(size: Dim, around: readonly [Dim, Dim] = [0, 0]): Dim {
  const padded = addDims(size, addDims(...around))
  if (typeof padded === 'number' && padded < 0) refuse('pads must leave a size of 0 or more', padded)
  return padded
}

function inferShape(
  shape: readonly Dim[],
  pads: TensorFact,
  axes: TensorFact | undefined,
  context: InferContext,
): readonly Dim[] {
  const [amounts, list] = [valuesOf(pads), axes ? numbersOf(axes) : wholeAxis(shape.length)]
  if (!list) return freshShape(shape.length, 'size', context)
  if (!amounts) {
    const changed = normalizeAxes(list, shape.length)
    return shape.map((size, axis) => (changed.includes(axis) ? context.freshDim('size') : size))
  }
  const around = byAxis(shape.length, amounts, list)
  return shape.map((size, axis) => addPads(size, around.get(axis)))
}

/** For each position of the padded axis the one it comes from, or -1. */
function padAxis(size: number, [before, after]: readonly [number, number], mode: Mode): readonly number[] {
  const skip = Math.max(-before, 0)
  const kept = Math.max(size - skip - Math.max(-after, 0), 0)
  const [lead, total] = [Math.max(before, 0), size + before + after]
  if (kept === 0 && total > 0 && mode !== 'constant') {
    refuseValue(`mode ${mode} needs elements to repeat`, 'an empty axis')
  }
  return Array.from({ length: total }, (_, i) => {
    const at = source(i - lead, kept, mode)
    return at < 0 ? -1 : at + skip
  })
}

/** The position within [0, size) that fills position `at`, which may lie outside; -1 for the constant. */
function source(at: number, size: number, mode: Mode): number {
  switch (mode) {
    case 'constant':
      return at < size ? Math.max(at, -1) : -1
    case 'edge':
      return Math.max(0, Math.min(at, size - 1))
    case 'wrap':
      return modulo(at, size)
    case 'reflect': {
      // Going there and back takes 2 (size - 1) steps.
      const step = modulo(at, Math.max(2 * (size - 1), 1))
      return Math.min(step, 2 * (size - 1) - step)
    }
    default:
      return mode satisfies never
  }
}

const modulo = (a: number, b: number): number => ((a % b) + b) % b
