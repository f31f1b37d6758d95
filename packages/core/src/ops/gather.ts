import type { Dim } from '../base/dim.ts'
import { normalizeAxis } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { numbersOf, type TensorFact, tensorFact } from './fact.ts'
import { emitGather, gatherOffset } from './lower/gather.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { normalizeIndex } from './shared/indices.ts'
import { withShape } from './shared/movement.ts'
import { pickAlongAxis } from './shared/pick.ts'
import { trackedOf } from './shared/tracked.ts'
import { indexInts, tensorsIr4 } from './types.ts'

/**
 * Slices of data along an axis, one for each index: the axis gives way to the axes of indices. Negative
 * indices count from the end.
 */
export const gather = defineOp({
  name: 'Gather',
  since: [1, 11, 13],
  types: { T: tensorsIr4, Tind: indexInts },
  inputs: { data: one('T'), indices: one('Tind') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(0) },
  infer: ({ data, indices }, { axis }) => {
    if (data.shape?.length === 0) refuse('data must have an axis', 'a scalar')
    const shape = data.shape && indices.shape && inferShape(data.shape, indices.shape, axis)
    return { output: tensorFact(data.dtype, shape, gatherValues(data, indices)) }
  },
  reference: ({ data, indices }, attrs, { checkElements }) => {
    const axis = normalizeAxis(attrs.axis, data.shape.length)
    const pick = integersOf(indices).map((index) => normalizeIndex(index, data.shape[axis]!))
    checkElements(data.shape.with(axis, pick.length).reduce((a, b) => a * b, 1))
    return {
      output: withShape(pickAlongAxis(data, axis, pick), data.shape.toSpliced(axis, 1, ...indices.shape)),
    }
  },
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: ({ data, indices }, _outputs, { axis }) => {
      const offset = gatherOffset(data, indices, normalizeAxis(axis, data.shape.length))
      return offset === undefined ? undefined : [offset]
    },
    emit: ({ data, indices }, { output }, { axis }, context) =>
      emitGather(data, indices, output, normalizeAxis(axis, data.shape.length), context),
  },
})

function inferShape(data: readonly Dim[], indices: readonly Dim[], axis: number): readonly Dim[] {
  return data.toSpliced(normalizeAxis(axis, data.length), 1, ...indices)
}

/** Tracked elements of a vector at known indices. */
function gatherValues(data: TensorFact, indices: TensorFact): readonly Dim[] | undefined {
  const values = data.shape?.length === 1 ? trackedOf(data) : undefined
  const list = numbersOf(indices)?.map((index) => values?.at(index))
  return list?.every((value) => value !== undefined) ? (list as readonly Dim[]) : undefined // every() checked it
}
