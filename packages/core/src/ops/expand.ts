import type { Dim } from '../base/dim.ts'
import { broadcastShapes, elementCount } from '../base/shape.ts'
import { defineOp, type InferContext } from './define.ts'
import { maxTrackedElements, type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { emitBroadcast } from './lower/move.ts'
import { sameCount, wholeOffsets } from './lower/parts.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { broadcastDims, expandTo } from './shared/broadcast.ts'
import { integersOf } from './shared/elements.ts'
import { listLength } from './shared/require.ts'
import { trackedOf } from './shared/tracked.ts'
import { tensorsIr4 } from './types.ts'

/** The input repeated to the shape that it and `shape` broadcast to; a size of 1 keeps that of the input. */
export const expand = defineOp({
  name: 'Expand',
  since: [8, 13],
  types: { T: tensorsIr4 },
  inputs: { input: one('T'), shape: one('int64') },
  outputs: { output: one('T') },
  attrs: {},
  infer: ({ input, shape }, _attrs, context) => {
    const sizes = inferShape(input.shape, shape, context)
    return { output: tensorFact(input.dtype, sizes, expandValues(input, sizes)) }
  },
  reference: ({ input, shape }, _attrs, { checkElements }) => {
    const sizes = broadcastShapes(input.shape, integersOf(shape))
    checkElements(elementCount(sizes))
    return { output: expandTo(input, sizes) }
  },
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: ({ input }, { output }) => (sameCount(input, output) ? wholeOffsets() : undefined),
    emit: ({ input }, { output }, _attrs, context) => emitBroadcast(input, output, context),
  },
})

function inferShape(
  own: readonly Dim[] | undefined,
  shape: TensorFact,
  { freshDim }: InferContext,
): readonly Dim[] | undefined {
  const count = listLength('shape', shape)
  const wanted = valuesOf(shape)
  if (wanted?.some((size) => typeof size === 'number' && size < 0)) {
    refuse('sizes must not be negative', wanted)
  }
  if (!own || count === undefined) return undefined
  if (wanted) return broadcastDims([own, wanted])
  const rank = Math.max(own.length, count)
  return Array.from({ length: rank }, (_, axis) => {
    const size = own[axis - rank + own.length] ?? 1
    // Where the wanted size is not known, 1 may grow and every other number stays.
    return axis < rank - count || (typeof size === 'number' && size !== 1) ? size : freshDim('size')
  })
}

/** Tracked elements of a vector that stays, or of one element repeated. */
function expandValues(input: TensorFact, shape: readonly Dim[] | undefined): readonly Dim[] | undefined {
  const values = trackedOf(input)
  if (!values || !shape?.every((size) => typeof size === 'number')) return undefined
  const count = elementCount(shape)
  if (count === values.length) return values
  return values.length === 1 && count <= maxTrackedElements
    ? new Array<Dim>(count).fill(values[0]!)
    : undefined
}
