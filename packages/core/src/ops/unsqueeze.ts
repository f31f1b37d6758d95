import type { Dim } from '../base/dim.ts'
import { defineOp, type InferContext } from './define.ts'
import { numbersOf, type TensorFact, tensorFact } from './fact.ts'
import { emitWhole } from './lower/move.ts'
import { wholeOffsets } from './lower/parts.ts'
import { one } from './param.ts'
import { normalizeAxes } from './shared/axes.ts'
import { integersOf } from './shared/elements.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { withShape } from './shared/movement.ts'
import { listLength } from './shared/require.ts'
import { trackedOf } from './shared/tracked.ts'
import { tensorsIr13 } from './types.ts'

/** Inserts axes of size 1, so that they stand at the positions `axes` of the result. */
export const unsqueeze = defineOp({
  name: 'Unsqueeze',
  since: [1, 11, 13, 21, 23, 24, 25],
  types: { T: tensorsIr13 },
  inputs: { data: one('T'), axes: one('int64') },
  outputs: { expanded: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ data, axes }, _attrs, context) => {
    const shape = inferShape(data.shape, axes, context)
    return { expanded: tensorFact(data.dtype, shape, trackedOf(data)) }
  },
  reference: ({ data, axes }) => ({ expanded: withShape(data, insertOnes(data.shape, integersOf(axes))) }),
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: wholeOffsets,
    emit: ({ data }, { expanded }, _attrs, context) => emitWhole(data, expanded, context),
  },
})

function inferShape(
  shape: readonly Dim[] | undefined,
  axes: TensorFact,
  context: InferContext,
): readonly Dim[] | undefined {
  const count = listLength('axes', axes)
  const list = numbersOf(axes)
  if (!shape) return undefined
  if (list) return insertOnes<Dim>(shape, list)
  return count === undefined ? undefined : freshShape(shape.length + count, 'size', context)
}

function insertOnes<D extends Dim>(shape: readonly D[], axes: readonly number[]): readonly (D | 1)[] {
  const rank = shape.length + axes.length
  const inserted = normalizeAxes(axes, rank)
  let next = 0
  return Array.from({ length: rank }, (_, axis) => (inserted.includes(axis) ? 1 : shape[next++]!))
}
