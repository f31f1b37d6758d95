/** What a rule must know while the gradient is made, not while it runs. */
import { SlipwayError } from '../base/errors.ts'
import { constantOf } from '../ops/fact.ts'
import { integersOf } from '../ops/shared/elements.ts'
import type { TypedBuilder } from '../ops/typed-builder.ts'

/**
 * The elements of a value that says sizes or axes.
 *
 * @throws SLP-A1 where a run computes them.
 */
export function knownIntegers(b: TypedBuilder, name: string): readonly number[] {
  const constant = constantOf(b.fact(name))
  if (constant) return integersOf(constant)
  throw new SlipwayError(
    'SLP-A1',
    `Cannot differentiate: sizes and axes must be known, got the computed value "${name}"`,
  )
}

/**
 * The size of an axis.
 *
 * @param op Who asks. @throws SLP-A1 where it is symbolic.
 */
export function knownSize(b: TypedBuilder, op: string, name: string, axis: number): number {
  const size = b.shape(name).at(axis)
  if (typeof size === 'number') return size
  throw new SlipwayError(
    'SLP-A1',
    `Cannot differentiate ${op}: the size of axis ${axis} must be known, got a symbolic one`,
  )
}

/** @throws SLP-A1: what the operator does not differentiate for. */
export function unsupported(op: string, rule: string, got: unknown): never {
  throw new SlipwayError('SLP-A1', `Cannot differentiate ${op}: ${rule}, got ${String(got)}`)
}
