import { ceilDivDims, type Dim, mulDims, subDims, tryDivideExactly } from '../base/dim.ts'
import { normalizeAxis } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext } from './define.ts'
import { type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { emitSplit } from './lower/move.ts'
import { isByteSized, startsOf } from './lower/parts.ts'
import { many, maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { pickAlongAxis } from './shared/pick.ts'
import { listLength } from './shared/require.ts'
import { trackedOf } from './shared/tracked.ts'
import { tensorsIr4 } from './types.ts'

/**
 * Parts of the input along an axis: of the sizes `split`, or as many equal ones as there are outputs, of
 * which the last may be smaller.
 */
export const split = defineOp({
  name: 'Split',
  since: [1, 2, 11, 13, 18],
  types: { T: tensorsIr4 },
  inputs: { input: one('T'), split: maybe('int64') },
  outputs: { outputs: many('T') },
  attrs: { axis: attr.int(0), num_outputs: attr.optional.int() },
  infer: ({ input, split }, { axis, num_outputs }, context) => {
    const { outputCount } = context
    if (num_outputs !== undefined && num_outputs !== outputCount) {
      refuse(`num_outputs must be the number of outputs, ${outputCount}`, num_outputs)
    }
    const { dtype, shape } = input
    if (!shape) return { outputs: Array.from({ length: outputCount }, () => tensorFact(dtype, undefined)) }
    if (shape.length === 0) refuse('input must have an axis to split', 'a scalar')
    const at = normalizeAxis(axis, shape.length)
    const sizes = inferSizes(shape[at]!, split, context)
    const values = splitValues(input, sizes)
    return { outputs: sizes.map((size, i) => tensorFact(dtype, shape.with(at, size), values?.[i])) }
  },
  reference: ({ input, split }, attrs, { outputs }) => {
    const axis = normalizeAxis(attrs.axis, input.shape.length)
    const size = input.shape[axis]!
    const sizes = split ? stated(integersOf(split), size, outputs.length) : equalSizes(size, outputs.length)
    let start = 0
    const parts = sizes.map((part) => {
      const first = start
      start += part as number // numbers in, numbers out
      return pickAlongAxis(
        input,
        axis,
        Array.from({ length: part as number }, (_, i) => first + i), // as above
      )
    })
    return { outputs: parts }
  },
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: ({ input }, { outputs }, { axis }) => {
      const at = normalizeAxis(axis, input.shape.length)
      const inOnePiece = isByteSized(input) && input.shape.every((size, i) => i >= at || size === 1)
      return inOnePiece ? startsOf(outputs) : undefined
    },
    emit: ({ input }, { outputs }, { axis }, context) =>
      emitSplit(input, outputs, normalizeAxis(axis, input.shape.length), context),
  },
})

function inferSizes(size: Dim, split: TensorFact | undefined, context: InferContext): readonly Dim[] {
  const { outputCount, freshDim } = context
  if (!split) return equalSizes(size, outputCount)
  listLength('split', split)
  const values = valuesOf(split)
  return values
    ? stated(values, size, outputCount)
    : Array.from({ length: outputCount }, () => freshDim('size'))
}

/** The stated sizes after a check. Throws SLP-O2. */
function stated(sizes: readonly Dim[], whole: Dim, outputCount: number): readonly Dim[] {
  if (sizes.length !== outputCount) refuse(`split must have one size per output, ${outputCount}`, sizes)
  const known = sizes.filter((size) => typeof size === 'number')
  if (known.some((size) => size < 0)) refuse('sizes of split must not be negative', known)
  const sum = known.reduce((a, b) => a + b, 0)
  if (known.length === sizes.length && typeof whole === 'number' && sum !== whole) {
    refuse(`sizes of split must add up to ${whole}`, known)
  }
  return sizes
}

function equalSizes(size: Dim, count: number): readonly Dim[] {
  const even = tryDivideExactly(size, count)
  const chunk = even ?? ceilDivDims(size, count)
  const last = even ?? subDims(size, mulDims(chunk, count - 1))
  if (typeof last === 'number' && last < 0) {
    refuse(`only the last of ${count} parts of ${chunk} elements may be smaller`, size)
  }
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? last : chunk))
}

/** Tracked elements of a vector, part by part. */
function splitValues(input: TensorFact, sizes: readonly Dim[]): readonly (readonly Dim[])[] | undefined {
  const values = input.shape?.length === 1 ? trackedOf(input) : undefined
  if (!values || !sizes.every((size) => typeof size === 'number')) return undefined
  let start = 0
  return sizes.map((size) => {
    start += size
    return values.slice(start - size, start)
  })
}
