/** Refusals that many operators' inference shares. Unknown ranks and sizes pass. */
import type { Dim } from '../../base/dim.ts'
import { dimText } from '../../base/dim.ts'
import type { TensorFact } from '../fact.ts'
import { refuse } from '../refuse.ts'

const shapeText = (shape: readonly Dim[]): string => `[${shape.map(dimText).join(',')}]`

/** Throws SLP-O2 where the two sizes are known and differ. */
export function requireSize(what: string, size: Dim | undefined, expected: Dim | undefined): void {
  if (typeof size === 'number' && typeof expected === 'number' && size !== expected) {
    refuse(`${what} must be ${expected}`, size)
  }
}

/** Throws SLP-O2 where the rank is known and is not `rank`. */
export function requireRank(what: string, fact: TensorFact | undefined, rank: number): void {
  if (fact?.shape && fact.shape.length !== rank)
    refuse(`${what} must have rank ${rank}`, shapeText(fact.shape))
}

/** Throws SLP-O2 where a known size of the tensor differs from the expected shape; undefined sizes are free. */
export function requireShape(
  what: string,
  fact: TensorFact | undefined,
  expected: readonly (Dim | undefined)[],
): void {
  requireRank(what, fact, expected.length)
  fact?.shape?.forEach((size, i) => {
    requireSize(`size ${i} of ${what}`, size, expected[i])
  })
}

/** Throws SLP-O2 unless the tensor may have exactly one element. */
export function requireScalar(what: string, fact: TensorFact | undefined): void {
  if (fact?.shape?.some((size) => typeof size === 'number' && size !== 1)) {
    refuse(`${what} must be a scalar`, shapeText(fact.shape))
  }
}

/** Throws SLP-O2 unless the tensor is a scalar, or a vector of one or `length` elements. */
export function requireScalarOrVector(
  what: string,
  fact: TensorFact | undefined,
  length: Dim | undefined,
): void {
  if (!fact?.shape) return
  if (fact.shape.length > 1) refuse(`${what} must be a scalar or a vector`, shapeText(fact.shape))
  if (fact.shape.length === 1 && fact.shape[0] !== 1)
    requireSize(`the size of ${what}`, fact.shape[0], length)
}

/** Throws SLP-O2 unless the tensor may be broadcast to `shape` without changing it. */
export function requireBroadcastsTo(
  what: string,
  fact: TensorFact | undefined,
  shape: readonly Dim[] | undefined,
): void {
  if (!fact?.shape || !shape) return
  const lead = shape.length - fact.shape.length
  const fits = fact.shape.every((size, i) => {
    const target = shape[i + lead]
    return size === 1 || typeof size !== 'number' || typeof target !== 'number' || size === target
  })
  if (lead < 0 || !fits) refuse(`${what} must broadcast to ${shapeText(shape)}`, shapeText(fact.shape))
}

/**
 * The length of a list of axes, sizes or positions, where it is known. A scalar counts as a list of one, as
 * exporters write it. Throws SLP-O2 for other ranks.
 */
export function listLength(name: string, fact: TensorFact): number | undefined {
  const { shape } = fact
  if (!shape) return undefined
  if (shape.length > 1) refuse(`${name} must be a list`, `rank ${shape.length}`)
  const length = shape[0] ?? 1
  return typeof length === 'number' ? length : undefined
}
