import type { Dim } from '../base/dim.ts'
import type { WideTensor } from '../base/wide.ts'
import { defineOp, type InferContext } from './define.ts'
import { numbersOf, type TensorFact, tensorFact } from './fact.ts'
import { emitWhole } from './lower/move.ts'
import { wholeOffsets } from './lower/parts.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { normalizeAxes } from './shared/axes.ts'
import { integersOf } from './shared/elements.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { withShape } from './shared/movement.ts'
import { listLength } from './shared/require.ts'
import { trackedOf } from './shared/tracked.ts'
import { tensorsIr13 } from './types.ts'

/** Removes the given axes, all of size 1; without `axes`, every axis of size 1. */
export const squeeze = defineOp({
  name: 'Squeeze',
  since: [1, 11, 13, 21, 23, 24, 25],
  types: { T: tensorsIr13 },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { squeezed: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ data, axes }, _attrs, context) => {
    const shape = data.shape && inferShape(data.shape, axes, context)
    return { squeezed: tensorFact(data.dtype, shape, trackedOf(data)) }
  },
  reference: ({ data, axes }) => ({ squeezed: withShape(data, squeezeShape(data, axes)) }),
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: wholeOffsets,
    emit: ({ data }, { squeezed }, _attrs, context) => emitWhole(data, squeezed, context),
  },
})

function squeezeShape(data: WideTensor, axes: WideTensor | undefined): readonly number[] {
  return axes ? without(data.shape, integersOf(axes)) : data.shape.filter((size) => size !== 1)
}

function inferShape(
  shape: readonly Dim[],
  axes: TensorFact | undefined,
  context: InferContext,
): readonly Dim[] | undefined {
  if (!axes) {
    // A named size may turn out to be 1.
    return shape.every((size) => typeof size === 'number') ? shape.filter((size) => size !== 1) : undefined
  }
  const count = listLength('axes', axes)
  const list = numbersOf(axes)
  if (list) return without(shape, list)
  return count === undefined ? undefined : freshShape(Math.max(shape.length - count, 0), 'size', context)
}

function without<D extends Dim>(shape: readonly D[], axes: readonly number[]): readonly D[] {
  const removed = normalizeAxes(axes, shape.length)
  for (const axis of removed) {
    const size = shape[axis]
    if (typeof size === 'number' && size !== 1) refuse(`axis ${axis} must have size 1`, size)
  }
  return shape.filter((_, axis) => !removed.includes(axis))
}
