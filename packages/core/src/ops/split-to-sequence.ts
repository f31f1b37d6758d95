import type { Dim } from '../base/dim.ts'
import { normalizeAxis } from '../base/shape.ts'
import { tensorType } from '../base/value.ts'
import type { WideTensor } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { numbersOf, type TensorFact } from './fact.ts'
import { throughSequences } from './no-gradient.ts'
import { maybe, one, sequence } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { withShape } from './shared/movement.ts'
import { pickAlongAxis } from './shared/pick.ts'
import { makeSequence, sequenceFact } from './shared/sequences.ts'
import { classicSequences, indexInts, tensorsIr4 } from './types.ts'

/**
 * The parts of a tensor along an axis: of one size (the last may be smaller), or of a list of sizes. Without
 * `split` they have size 1, and keepdims = 0 removes their axis.
 */
export const splitToSequence = defineOp({
  name: 'SplitToSequence',
  since: [11, 24],
  types: { T: tensorsIr4, I: indexInts, S: [...classicSequences, 'seq(bfloat16)'] },
  inputs: { input: one('T'), split: maybe('I') },
  outputs: { output_sequence: sequence('S') },
  attrs: { axis: attr.int(0), keepdims: attr.int(1) },
  infer: ({ input: { dtype, shape }, split }, attrs, { freshDim }) => {
    if (split?.shape && split.shape.length > 1) refuse('split must have rank 0 or 1', split.shape.length)
    if (!shape) return { output_sequence: sequenceFact(tensorType(dtype)) }
    const axis = normalizeAxis(attrs.axis, shape.length)
    const part = split ? (partSize(shape[axis]!, split) ?? freshDim('size')) : 1
    const sizes = split || attrs.keepdims ? shape.with(axis, part) : shape.toSpliced(axis, 1)
    return { output_sequence: sequenceFact(tensorType(dtype, sizes)) }
  },
  reference: ({ input, split }, attrs, context) => {
    const axis = normalizeAxis(attrs.axis, input.shape.length)
    let start = 0
    const parts = partSizes(input.shape[axis]!, split).map((size) => {
      const first = start
      start += size
      const pick = Array.from({ length: size }, (_, i) => first + i)
      return pickAlongAxis(input, axis, pick)
    })
    const drop = !split && attrs.keepdims === 0
    const items = drop ? parts.map((part) => withShape(part, part.shape.toSpliced(axis, 1))) : parts
    return { output_sequence: makeSequence(items, 0, context) }
  },
  gradient: throughSequences,
  lower: { kind: 'host' },
})

/** The size of every part where all have one size. */
function partSize(size: Dim, split: TensorFact): number | undefined {
  const list = numbersOf(split)
  const part = list?.[0]
  if (part === undefined) return undefined
  const even =
    split.shape?.length === 0
      ? typeof size === 'number' && size % part === 0
      : list?.every((one) => one === part)
  return even ? part : undefined
}

function partSizes(size: number, split: WideTensor | undefined): readonly number[] {
  const list = split ? integersOf(split) : [1]
  if (list.some((part) => part < 0)) refuseValue('sizes of split must not be negative', list)
  if (split?.shape.length === 1) {
    const sum = list.reduce((a, b) => a + b, 0)
    return sum === size ? list : refuseValue(`sizes of split must add up to ${size}`, list)
  }
  const part = list[0]!
  if (part === 0) return refuseValue('a single size of parts must be above 0', part)
  return Array.from({ length: Math.ceil(size / part) }, (_, i) => Math.min(part, size - i * part))
}
