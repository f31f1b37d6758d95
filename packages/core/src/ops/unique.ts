import { productOfDims } from '../base/dim.ts'
import { elementCount, normalizeAxis, stridesOf } from '../base/shape.ts'
import { lanesOf, type WideTensor, wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext, none } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { maybe, one } from './param.ts'
import { compareElements } from './shared/compare.ts'
import { withShape } from './shared/movement.ts'
import { pickAlongAxis } from './shared/pick.ts'
import { tensorsIr4 } from './types.ts'

/**
 * The different slices along an axis, or elements of the flattened input, in ascending order or in that of
 * their first occurrence; where each occurs first, which one each slice of the input is, and how often each
 * occurs. NaN equals NaN and comes last.
 */
export const unique = defineOp({
  name: 'Unique',
  since: [11, 28],
  types: { T: tensorsIr4 },
  inputs: { X: one('T') },
  outputs: {
    Y: one('T'),
    indices: maybe('int64'),
    inverse_indices: maybe('int64'),
    counts: maybe('int64'),
  },
  attrs: { axis: attr.optional.int(), sorted: attr.int(1) },
  infer: ({ X }, { axis }, context) => inferFacts(X, axis, context),
  reference: ({ X }, { axis, sorted }) => {
    const from = axis === undefined ? withShape(X, [elementCount(X.shape)]) : X
    const at = normalizeAxis(axis ?? 0, from.shape.length)
    const { first, inverse, counts } = findUnique(from, at, sorted !== 0)
    return {
      Y: pickAlongAxis(from, at, first),
      indices: vector(first),
      inverse_indices: vector(inverse),
      counts: vector(counts),
    }
  },
  gradient: none('the smallest change makes equal elements different'),
  lower: { kind: 'kernel' },
})

function inferFacts(X: TensorFact, axis: number | undefined, { freshDim }: InferContext) {
  const count = freshDim('count')
  const list = tensorFact('int64', [count])
  const at = axis !== undefined && X.shape ? normalizeAxis(axis, X.shape.length) : undefined
  const whole = axis === undefined
  const total = whole ? X.shape && productOfDims(X.shape) : at === undefined ? undefined : X.shape?.[at]
  const shape = whole ? [count] : at === undefined ? undefined : X.shape?.with(at, count)
  return {
    Y: tensorFact(X.dtype, shape),
    indices: list,
    inverse_indices: tensorFact('int64', [total ?? freshDim('total')]),
    counts: list,
  }
}

const vector = (list: readonly number[]): WideTensor =>
  wide('int64', [list.length], BigInt64Array.from(list, BigInt))

/** First occurrences in output order, the output position of each slice, and the occurrences of each. */
function findUnique(x: WideTensor, axis: number, sorted: boolean) {
  const size = x.shape[axis]!
  const slices = Array.from({ length: size }, (_, index) => positionsOfSlice(x, axis, index))
  const compare = (a: number, b: number): number => compareSlices(x, slices[a]!, slices[b]!)
  const order = slices.map((_, index) => index).sort((a, b) => compare(a, b) || a - b)
  // Equal slices are now neighbours, the first occurrence leading.
  const groups: number[][] = []
  for (const index of order) {
    const last = groups.at(-1)
    if (last && compare(last[0]!, index) === 0) last.push(index)
    else groups.push([index])
  }
  if (!sorted) groups.sort((a, b) => a[0]! - b[0]!)
  const inverse = new Array<number>(size)
  groups.forEach((group, i) => {
    for (const index of group) inverse[index] = i
  })
  return { first: groups.map((group) => group[0]!), inverse, counts: groups.map((group) => group.length) }
}

/** Where the parts of one slice lie in the data, in row-major order. */
function positionsOfSlice(x: WideTensor, axis: number, index: number): readonly number[] {
  const lanes = lanesOf(x.dtype)
  const block = stridesOf(x.shape)[axis]! * lanes
  const outer = elementCount(x.shape.slice(0, axis))
  return Array.from({ length: outer * block }, (_, i) => {
    const row = Math.floor(i / block)
    return (row * x.shape[axis]! + index) * block + (i % block)
  })
}

function compareSlices({ data }: WideTensor, a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareElements(data[a[i]!]!, data[b[i]!]!)
    if (order !== 0) return order
  }
  return 0
}
