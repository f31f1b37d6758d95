/** What the Reduce operators share: which axes go, the shape that is left, and the walk over the groups. */
import type { Dim } from '../../base/dim.ts'
import { type DType, dtypeInfo, integerRange, isInteger } from '../../base/dtype.ts'
import { stridesOf } from '../../base/shape.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import type { InferContext } from '../define.ts'
import { numbersOf, type TensorFact, tensorFact, valuesOf } from '../fact.ts'
import { refuse } from '../refuse.ts'
import { normalizeAxes } from './axes.ts'
import { floatsOf, integersOf } from './elements.ts'
import { offsetsOf } from './offsets.ts'
import { listLength } from './require.ts'
import { isTracked, trackedElements } from './tracked.ts'

export const reduceAttrs = { noop_with_empty_axes: attr.int(0), keepdims: attr.int(1) } as const

interface ReduceAttrs {
  readonly noop_with_empty_axes: number
  readonly keepdims: number
}

/** For each axis whether it is reduced. No axes mean all, or none with noop_with_empty_axes. Throws SLP-O2. */
function reducedMask(rank: number, axes: readonly number[], noop: number): boolean[] {
  const mask = new Array<boolean>(rank).fill(axes.length === 0 && noop === 0)
  // A scalar takes the axes 0 and -1, and has nothing to reduce.
  if (rank > 0) for (const axis of normalizeAxes(axes, rank)) mask[axis] = true
  return mask
}

/**
 * The fact of a reduction's output. `combine` joins two tracked elements of a vector that is reduced to one,
 * starting from `empty`.
 */
export function inferReduced(
  { data, axes }: { readonly data: TensorFact; readonly axes?: TensorFact | undefined },
  attrs: ReduceAttrs,
  { freshDim }: InferContext,
  combine?: (a: Dim, b: Dim) => Dim | undefined,
): TensorFact {
  const axisCount = axes && listLength('axes', axes)
  const { shape, dtype } = data
  if (!shape) return tensorFact(dtype, undefined)
  const known = axes ? numbersOf(axes) : []
  if (!known) return tensorFact(dtype, unknownAxesShape(shape, axisCount, attrs, freshDim))
  const mask = reducedMask(shape.length, known, attrs.noop_with_empty_axes)
  const kept = shape.flatMap((size, axis) => (mask[axis] ? (attrs.keepdims ? [1] : []) : [size]))
  const whole = shape.length <= 1 && mask.every((reduced) => reduced)
  const values = combine && whole && isTracked(dtype) ? valuesOf(data) : undefined
  return tensorFact(dtype, kept, values && joinValues(dtype, values, combine!))
}

function joinValues(
  dtype: DType,
  values: readonly Dim[],
  combine: (a: Dim, b: Dim) => Dim | undefined,
): readonly Dim[] | undefined {
  if (values.length === 0) return undefined
  return trackedElements(dtype, 1, () =>
    values.slice(1).reduce<Dim | undefined>((a, b) => (a === undefined ? a : combine(a, b)), values[0]),
  )
}

/** The rank is known where the number of axes is, the sizes are not. */
function unknownAxesShape(
  shape: readonly Dim[],
  axisCount: number | undefined,
  { keepdims, noop_with_empty_axes: noop }: ReduceAttrs,
  freshDim: InferContext['freshDim'],
): readonly Dim[] | undefined {
  if (axisCount === 0) return noop ? shape : keepdims ? shape.map(() => 1) : []
  if (keepdims) return shape.map(() => freshDim('reduced'))
  if (axisCount === undefined) return undefined
  if (axisCount > shape.length) refuse(`axes must have ${shape.length} elements at most`, axisCount)
  return Array.from({ length: shape.length - axisCount }, () => freshDim('kept'))
}

/** How a group of elements becomes one. Groups may be empty. */
export interface Reducer {
  readonly float: (group: Float64Array, dtype: DType) => number
  /** For integers of 32 and 64 bits, whose intermediate results need not fit a float64. */
  readonly int?: (group: readonly bigint[], dtype: DType) => bigint
}

/** The reduction of every group of elements that differ in the reduced axes only. */
export function reduceTensor(
  { data, axes }: { readonly data: WideTensor; readonly axes?: WideTensor | undefined },
  attrs: ReduceAttrs,
  reducer: Reducer,
): WideTensor {
  const { shape, dtype } = data
  const mask = reducedMask(shape.length, axes ? integersOf(axes) : [], attrs.noop_with_empty_axes)
  const strides = stridesOf(shape)
  const pick = (reduced: boolean) => {
    const list = shape.map((_, axis) => axis).filter((axis) => mask[axis] === reduced)
    return offsetsOf(
      list.map((axis) => shape[axis]!),
      list.map((axis) => strides[axis]!),
    )
  }
  const outShape = shape.flatMap((size, axis) => (mask[axis] ? (attrs.keepdims ? [1] : []) : [size]))
  const out = wideZeros(dtype, outShape)
  const [kept, group] = [pick(false), pick(true)]
  const { int } = reducer
  if (int && isInteger(dtype) && dtypeInfo(dtype).bits >= 32) reduceIntegers(data, out, kept, group, int)
  else reduceNumbers(floatsOf(data), out, kept, group, reducer)
  return out
}

function reduceNumbers(
  data: Float64Array,
  out: WideTensor,
  kept: Float64Array,
  group: Float64Array,
  { float }: Reducer,
): void {
  const buffer = new Float64Array(group.length)
  for (let o = 0; o < kept.length; o++) {
    for (let g = 0; g < group.length; g++) buffer[g] = data[kept[o]! + group[g]!]!
    out.data[o] = float(buffer, out.dtype)
  }
}

function reduceIntegers(
  { data }: WideTensor,
  out: WideTensor,
  kept: Float64Array,
  group: Float64Array,
  int: NonNullable<Reducer['int']>,
): void {
  const buffer = new Array<bigint>(group.length)
  const narrowed = out.data instanceof Float64Array
  for (let o = 0; o < out.data.length; o++) {
    for (let g = 0; g < group.length; g++) buffer[g] = BigInt(data[kept[o]! + group[g]!]!)
    const result = int(buffer, out.dtype)
    out.data[o] = narrowed ? Number(BigInt.asIntN(32, result)) : result
  }
}

/** The sum of a group, from the first element to the last. */
export function sumOf(group: Float64Array): number {
  let sum = 0
  for (let i = 0; i < group.length; i++) sum += group[i]!
  return sum
}

/** log(sum(exp(x))) with the largest element taken out first, so that nothing overflows. */
export function logSumExp(group: Float64Array): number {
  const highest = group.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(highest)) return highest
  return highest + Math.log(group.reduce((sum, x) => sum + Math.exp(x - highest), 0))
}

/** The largest integer whose square is not above `value`. */
export function integerRoot(value: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(value))))
  while (root * root > value) root--
  while ((root + 1n) * (root + 1n) <= value) root++
  return root
}

/** The least and the greatest value of a type, infinities for floats. */
export function extremes(dtype: DType): { readonly low: number; readonly high: number } {
  if (dtype === 'bool') return { low: 0, high: 1 }
  if (!isInteger(dtype)) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const [low, high] = integerRange(dtype)
  return { low: Number(low), high: Number(high) }
}
