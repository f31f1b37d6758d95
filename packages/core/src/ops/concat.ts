import { addDims, type Dim, dimsEqual } from '../base/dim.ts'
import { normalizeAxis } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { emitJoined } from './lower/move.ts'
import { isByteSized, startsOf } from './lower/parts.ts'
import { many, one } from './param.ts'
import { refuse } from './refuse.ts'
import { joinTensors } from './shared/join.ts'
import { tensorsIr4 } from './types.ts'

/** The inputs one after the other along an axis; their other sizes must be equal. */
export const concat = defineOp({
  name: 'Concat',
  since: [1, 4, 11, 13],
  types: { T: tensorsIr4 },
  inputs: { inputs: many('T') },
  outputs: { concat_result: one('T') },
  attrs: { axis: attr.required.int() },
  infer: ({ inputs }, { axis }, { freshDim }) => ({
    concat_result: tensorFact(inputs[0]!.dtype, joinShapes(inputs, axis, freshDim), joinValues(inputs)),
  }),
  reference: ({ inputs }, { axis }) => ({
    concat_result: joinTensors(inputs, normalizeAxis(axis, inputs[0]!.shape.length)),
  }),
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    join: ({ inputs }, { concat_result }, { axis }) => {
      const { shape } = concat_result
      const at = normalizeAxis(axis, shape.length)
      const inOnePiece = isByteSized(concat_result) && shape.every((size, i) => i >= at || size === 1)
      return inOnePiece ? startsOf(inputs) : undefined
    },
    emit: ({ inputs }, { concat_result }, { axis }, context) =>
      emitJoined(inputs, concat_result, normalizeAxis(axis, concat_result.shape.length), context),
  },
})

function joinShapes(
  inputs: readonly TensorFact[],
  axisAttribute: number,
  freshDim: (hint: string) => Dim,
): readonly Dim[] | undefined {
  const known = inputs.find((input) => input.shape)?.shape
  if (!known) return undefined
  const axis = normalizeAxis(axisAttribute, known.length)
  return known.map((size, i) => {
    if (i === axis) {
      if (inputs.some((x) => !x.shape)) return freshDim('concat')
      return inputs.reduce<Dim>((sum, x) => addDims(sum, x.shape![axis] ?? 0), 0)
    }
    return inputs.reduce((common, { shape }) => sameSize(common, shape, i, known.length), size)
  })
}

function sameSize(common: Dim, shape: readonly Dim[] | undefined, axis: number, rank: number): Dim {
  if (!shape) return common
  if (shape.length !== rank) return refuse(`all inputs must have rank ${rank}`, shape.length)
  const size = shape[axis]!
  if (dimsEqual(common, size) || typeof size !== 'number') return common
  if (typeof common !== 'number') return size
  return refuse(`all inputs must have size ${common} on axis ${axis}`, size)
}

/** Tracked elements of 1-D inputs, end to end. */
function joinValues(inputs: readonly TensorFact[]): readonly Dim[] | undefined {
  const lists = inputs.map((input) => (input.shape?.length === 1 ? valuesOf(input) : undefined))
  return lists.every((list) => list !== undefined) ? lists.flatMap((list) => [...list!]) : undefined
}
