import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { emitPermuted } from './lower/move.ts'
import { wholeOffsets } from './lower/parts.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { permuteAxes } from './shared/permute.ts'
import { tensorsIr13 } from './types.ts'

/** Axis i of the result is axis perm[i] of the input; without `perm` the axes are reversed. */
export const transpose = defineOp({
  name: 'Transpose',
  since: [1, 13, 21, 23, 24, 25],
  types: { T: tensorsIr13 },
  inputs: { data: one('T') },
  outputs: { transposed: one('T') },
  attrs: { perm: attr.optional.ints() },
  infer: ({ data: { dtype, shape } }, { perm }, context) => {
    const rank = shape?.length ?? perm?.length
    if (rank === undefined) return { transposed: tensorFact(dtype, undefined) }
    const order = orderOf(perm, rank)
    const sizes = shape ? order.map((axis) => shape[axis]!) : freshShape(rank, 'size', context)
    return { transposed: tensorFact(dtype, sizes) }
  },
  reference: ({ data }, { perm }) => ({
    transposed: permuteAxes(data, orderOf(perm, data.shape.length)),
  }),
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: ({ data: { shape } }, _outputs, { perm }) => {
      const moved = orderOf(perm, shape.length).filter((axis) => shape[axis] !== 1)
      return moved.every((axis, i) => i === 0 || moved[i - 1]! < axis) ? wholeOffsets() : undefined
    },
    emit: ({ data }, { transposed }, { perm }, context) =>
      emitPermuted(data, transposed, orderOf(perm, data.shape.length), context),
  },
})

function orderOf(perm: readonly number[] | undefined, rank: number): readonly number[] {
  const axes = Array.from({ length: rank }, (_, i) => i)
  if (!perm) return axes.reverse()
  if (perm.length !== rank || axes.some((axis) => !perm.includes(axis))) {
    refuse(`perm must list each axis of a tensor of rank ${rank} once`, perm)
  }
  return perm
}
