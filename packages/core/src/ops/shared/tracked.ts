/**
 * Arithmetic on tracked elements: small integers known before running, as symbolic dimensions. Every function
 * gives undefined where the result cannot be told for all sizes (a name is at least 1).
 */
import {
  type Dim,
  dimsEqual,
  floorDivDims,
  lowerBound,
  mulDims,
  subDims,
  tryDivideExactly,
} from '../../base/dim.ts'
import { type DType, isInteger } from '../../base/dtype.ts'
import { fitsInteger } from '../../base/wide.ts'
import { type Fact, type TensorFact, tensorFact, valuesOf } from '../fact.ts'

/** True for the dtypes that operators compute tracked elements in: wide enough that a named size does not wrap around. */
export function isTracked(dtype: DType): boolean {
  return dtype === 'int64' || dtype === 'int32' || dtype === 'bool'
}

/** The elements that an operator which only moves elements may pass on: those of all integers and bools. */
export function trackedOf(fact: Fact): readonly Dim[] | undefined {
  const { type } = fact
  return type.kind === 'tensor' && (isInteger(type.dtype) || type.dtype === 'bool')
    ? valuesOf(fact)
    : undefined
}

/** `length` elements, or undefined where one of them is unknown or would wrap around in `dtype`. */
export function trackedElements(
  dtype: DType,
  length: number,
  element: (index: number) => Dim | undefined,
): readonly Dim[] | undefined {
  const elements: Dim[] = []
  for (let i = 0; i < length; i++) {
    const value = element(i)
    if (value === undefined || !isExact(dtype, value)) return undefined
    elements.push(value)
  }
  return elements
}

function isExact(dtype: DType, value: Dim): boolean {
  if (typeof value !== 'number' || !isInteger(dtype)) return true
  return Number.isSafeInteger(value) && fitsInteger(dtype, value)
}

/** The fact of an elementwise operator with one input: its dtype and shape, and f of each tracked element. */
export function mapFact(x: TensorFact, f?: (element: Dim) => Dim | undefined): TensorFact {
  const values = f && isTracked(x.dtype) && x.shape && x.shape.length <= 1 ? valuesOf(x) : undefined
  return tensorFact(
    x.dtype,
    x.shape,
    values && trackedElements(x.dtype, values.length, (i) => f!(values[i]!)),
  )
}

/** a / b rounded toward zero. */
export function truncDivDims(a: Dim, b: Dim): Dim | undefined {
  if (typeof a === 'number' && typeof b === 'number') return b === 0 ? undefined : Math.trunc(a / b) + 0
  const divides = typeof b === 'number' ? b !== 0 : lowerBound(b) > 0
  if (!divides) return undefined
  const exact = tryDivideExactly(a, b)
  if (exact !== undefined) return exact
  // Floor and truncation agree on quotients that are not negative.
  return lowerBound(a) >= 0 && lowerBound(b) > 0 ? floorDivDims(a, b) : undefined
}

/** The remainder of a / b for a ≥ 0 and b > 0, where flooring and truncation agree. */
export function modDims(a: Dim, b: Dim): Dim | undefined {
  if (lowerBound(b) <= 0 || lowerBound(a) < 0) return undefined
  if (typeof a === 'number' && typeof b === 'number') return a % b
  return subDims(a, mulDims(floorDivDims(a, b), b))
}

/** The larger of a and b. */
export function maxDims(a: Dim, b: Dim): Dim | undefined {
  if (lowerBound(subDims(a, b)) >= 0) return a
  return lowerBound(subDims(b, a)) >= 0 ? b : undefined
}

/** The smaller of a and b. */
export function minDims(a: Dim, b: Dim): Dim | undefined {
  if (lowerBound(subDims(a, b)) >= 0) return b
  return lowerBound(subDims(b, a)) >= 0 ? a : undefined
}

/** -a. */
export function negDim(a: Dim): Dim {
  return subDims(0, a)
}

/** The magnitude of a. */
export function absDim(a: Dim): Dim | undefined {
  if (typeof a === 'number') return Math.abs(a)
  if (lowerBound(a) >= 0) return a
  const negated = negDim(a)
  return lowerBound(negated) >= 0 ? negated : undefined
}

/** 1 where a < b for all sizes, 0 where for none. */
export function isLess(a: Dim, b: Dim): 0 | 1 | undefined {
  if (lowerBound(subDims(b, a)) > 0) return 1
  return lowerBound(subDims(a, b)) >= 0 ? 0 : undefined
}

/** 1 where a = b for all sizes, 0 where for none. */
export function isEqual(a: Dim, b: Dim): 0 | 1 | undefined {
  if (dimsEqual(a, b)) return 1
  const apart = lowerBound(subDims(a, b)) > 0 || lowerBound(subDims(b, a)) > 0
  return apart ? 0 : undefined
}

/** The opposite of a truth value that may be unknown. */
export function negate(truth: Dim | undefined): Dim | undefined {
  return typeof truth === 'number' ? (truth === 0 ? 1 : 0) : undefined
}
