import { type Dim, mulDims } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import { defineOp, type InferContext } from './define.ts'
import { maxTrackedElements, numbersOf, type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { emitTiled } from './lower/move.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { pickAlongAxes } from './shared/pick.ts'
import { listLength } from './shared/require.ts'
import { trackedOf } from './shared/tracked.ts'
import { tensorsIr4 } from './types.ts'

/** The input laid side by side, `repeats[i]` times along axis i. */
export const tile = defineOp({
  name: 'Tile',
  since: [1, 6, 13],
  types: { T: tensorsIr4, T1: ['int64'] },
  inputs: { input: one('T'), repeats: one('T1') },
  outputs: { output: one('T') },
  attrs: {},
  infer: ({ input, repeats }, _attrs, context) => ({
    output: tensorFact(input.dtype, inferShape(input.shape, repeats, context), tileValues(input, repeats)),
  }),
  reference: ({ input, repeats }, _attrs, { checkElements }) => {
    const times = integersOf(repeats)
    if (times.length !== input.shape.length || times.some((count) => count < 0)) {
      refuseValue(`repeats must be ${input.shape.length} counts`, times)
    }
    checkElements(elementCount(input.shape.map((size, axis) => size * times[axis]!)))
    const picks = input.shape.map((size, axis) =>
      Array.from({ length: size * times[axis]! }, (_, i) => i % size),
    )
    return { output: pickAlongAxes(input, picks) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ input }, { output }, _attrs, context) => emitTiled(input, output, context),
  },
})

function inferShape(
  shape: readonly Dim[] | undefined,
  repeats: TensorFact,
  context: InferContext,
): readonly Dim[] | undefined {
  const times = valuesOf(repeats)
  const rank = shape?.length ?? listLength('repeats', repeats)
  if (rank === undefined) return undefined
  if (times && times.length !== rank) refuse(`repeats must have ${rank} elements`, times.length)
  if (times?.some((count) => typeof count === 'number' && count < 0)) {
    refuse('repeats must not be negative', times)
  }
  return shape && times
    ? shape.map((size, axis) => mulDims(size, times[axis]!))
    : freshShape(rank, 'size', context)
}

/** Tracked elements of a vector, over and over. */
function tileValues(input: TensorFact, repeats: TensorFact): readonly Dim[] | undefined {
  const values = input.shape?.length === 1 ? trackedOf(input) : undefined
  const times = numbersOf(repeats)?.[0]
  if (!values || times === undefined || values.length * times > maxTrackedElements) return undefined
  return Array.from({ length: times }, () => values).flat()
}
