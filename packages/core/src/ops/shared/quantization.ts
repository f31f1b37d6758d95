/** Granularity of quantisation: which scale and zero point belong to which element. */
import { ceilDivDims, type Dim, dimsEqual, dimText } from '../../base/dim.ts'
import type { DType } from '../../base/dtype.ts'
import { dtypeInfo, integerRange, isFloat } from '../../base/dtype.ts'
import { roundFloat } from '../../base/round-float.ts'
import { roundHalfEven } from '../../base/round-half-even.ts'
import { elementCount, normalizeAxis, type Shape, stridesOf } from '../../base/shape.ts'
import { refuse } from '../refuse.ts'

export interface Granularity {
  readonly axis: number
  /** Elements along the axis that share a scale; 0: not blocked. */
  readonly block_size: number
}

/** Refuses a scale that fits none of the three granularities: per tensor, per axis, blocked. Throws SLP-O2. */
export function checkScale(
  x: readonly Dim[] | undefined,
  scale: readonly Dim[] | undefined,
  { axis, block_size }: Granularity,
): void {
  if (block_size < 0) refuse('block_size must not be negative', block_size)
  if (!x || !scale || isSingle(scale)) return
  if (block_size === 0) {
    if (scale.length !== 1) refuse('a scale without block_size must be a scalar or 1-D', texts(scale))
    expectSize(x[axisOf(axis, x.length)]!, scale[0]!, 'the scale must have one element per slice of the axis')
    return
  }
  if (scale.length !== x.length) refuse('a blocked scale must have the rank of the input', texts(scale))
  const at = axisOf(axis, x.length)
  x.forEach((size, i) => {
    const wanted = i === at ? ceilDivDims(size, block_size) : size
    expectSize(wanted, scale[i]!, `a blocked scale must have size ${dimText(wanted)} on axis ${i}`)
  })
}

const isSingle = (shape: readonly Dim[]) => shape.length === 0 || (shape.length === 1 && shape[0] === 1)
const texts = (shape: readonly Dim[]) => `[${shape.map(dimText)}]`

/** A 1-D input has one axis, whatever the attribute's default says. */
const axisOf = (axis: number, rank: number) => (rank === 1 ? 0 : normalizeAxis(axis, rank))

function expectSize(wanted: Dim, got: Dim, rule: string): void {
  if (typeof wanted === 'number' && typeof got === 'number' && !dimsEqual(wanted, got)) refuse(rule, got)
}

/** For each element of `shape` in row-major order, the index of its scale. Shapes have passed `checkScale`. */
export function scaleIndex(
  shape: Shape,
  scale: Shape,
  { axis, block_size }: Granularity,
): (i: number) => number {
  if (elementCount(scale) === 1) return () => 0
  const at = axisOf(axis, shape.length)
  const step = stridesOf(shape)[at]!
  const size = shape[at]!
  if (block_size === 0) return (i) => Math.floor(i / step) % size
  const scaleSize = scale[at]!
  return (i) => {
    const outer = Math.floor(i / (step * size))
    const block = Math.floor((Math.floor(i / step) % size) / block_size)
    return (outer * scaleSize + block) * step + (i % step)
  }
}

/**
 * q + zeroPoint as a value of `dtype`: integers round half to even before the zero point is added and stop at the
 * ends of their range (NaN gives the zero point), floats round, and stop at their largest value where told.
 */
export function quantize(dtype: DType, q: number, zeroPoint: number, saturate = true): number {
  if (isFloat(dtype)) return roundFloat(dtype, q + zeroPoint, { saturate })
  const [low, high] = integerRange(dtype)
  const rounded = Number.isNaN(q) ? 0 : roundHalfEven(q)
  return Math.min(Math.max(rounded + zeroPoint, Number(low)), Number(high))
}

/** The type that a division by a scale of this type is rounded to: its own where it is a float with a fraction. */
export function divisionType(scale: DType): DType {
  return isFloat(scale) && dtypeInfo(scale).bits > 8 ? scale : 'float32'
}
