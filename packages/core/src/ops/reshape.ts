import { type Dim, dimsEqual, floorDivDims, productOfDims } from '../base/dim.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext } from './define.ts'
import { type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { emitWhole } from './lower/move.ts'
import { wholeOffsets } from './lower/parts.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { withShape } from './shared/movement.ts'
import { listLength } from './shared/require.ts'
import { trackedOf } from './shared/tracked.ts'
import { tensorsIr13 } from './types.ts'

/**
 * The same elements under another shape. One size may be -1: it follows from the others. A 0 keeps the size
 * of the same axis, unless allowzero says that it means zero.
 */
export const reshape = defineOp({
  name: 'Reshape',
  since: [1, 5, 13, 14, 19, 21, 23, 24, 25],
  types: { T: tensorsIr13 },
  inputs: { data: one('T'), shape: one('int64') },
  outputs: { reshaped: one('T') },
  attrs: { allowzero: attr.int(0) },
  traits: ['inplace'],
  infer: ({ data, shape }, { allowzero }, context) => ({
    reshaped: tensorFact(data.dtype, inferShape(data, shape, allowzero !== 0, context), trackedOf(data)),
  }),
  reference: ({ data, shape }, { allowzero }) => {
    const wanted = integersOf(shape)
    const sizes = resolve(data.shape, wanted, allowzero !== 0)
    return { reshaped: withShape(data, sizes as readonly number[]) } // numbers in, numbers out
  },
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: wholeOffsets,
    emit: ({ data }, { reshaped }, _attrs, context) => emitWhole(data, reshaped, context),
  },
})

function inferShape(
  data: TensorFact,
  shape: TensorFact,
  allowZero: boolean,
  context: InferContext,
): readonly Dim[] | undefined {
  const rank = listLength('shape', shape)
  const wanted = valuesOf(shape)
  if (!wanted) return rank === undefined ? undefined : freshShape(rank, 'size', context)
  if (data.shape) return resolve(data.shape, wanted, allowZero)
  return wanted.map((size) => (size === -1 || (size === 0 && !allowZero) ? context.freshDim('size') : size))
}

/** The wanted sizes with 0 and -1 put right. Throws SLP-O2. */
function resolve(own: readonly Dim[], wanted: readonly Dim[], allowZero: boolean): readonly Dim[] {
  const text = wanted.map((size) => (typeof size === 'number' ? size : size.text))
  if (wanted.some((size) => typeof size === 'number' && size < -1)) {
    refuse('sizes must be -1 or above', text)
  }
  const free = wanted.indexOf(-1)
  if (wanted.lastIndexOf(-1) !== free) refuse('at most one size may be -1', text)
  if (allowZero && free >= 0 && wanted.includes(0)) {
    refuse('-1 and 0 exclude each other where allowzero is set', text)
  }
  const sizes = wanted.map((size, axis) => {
    if (size !== 0 || allowZero) return size
    return own[axis] ?? refuse(`a size of 0 must stand at an axis of data, of rank ${own.length}`, text)
  })
  if (free >= 0) return sizes.with(free, freeSize(own, sizes.toSpliced(free, 1)))
  const [before, after] = [productOfDims(own), productOfDims(sizes)]
  if (typeof before === 'number' && typeof after === 'number' && before !== after) {
    refuse(`shape must have the ${before} elements of data`, text)
  }
  return sizes
}

/** What is left for -1. Equal sizes cancel first, because a sum divides by itself only. */
function freeSize(own: readonly Dim[], fixed: readonly Dim[]): Dim {
  const left = [...own]
  const rest = fixed.filter((size) => {
    const at = size === 0 ? -1 : left.findIndex((other) => dimsEqual(other, size))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  const [total, divisor] = [productOfDims(left), productOfDims(rest)]
  if (divisor === 0) refuse('-1 needs other sizes above 0', fixed)
  if (typeof total === 'number' && typeof divisor === 'number' && total % divisor !== 0) {
    refuse(`-1 needs a number of elements that the other sizes divide, ${divisor}`, total)
  }
  return floorDivDims(total, divisor)
}
