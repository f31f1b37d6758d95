/** Reading facts about small integer tensors, whose elements are tracked as dimensions. */
import type { Dim } from '../../base/dim.ts'
import { isInteger } from '../../base/dtype.ts'
import type { WideTensor } from '../../base/wide.ts'
import type { InferContext } from '../define.ts'
import { type Fact, type TensorFact, valuesOf } from '../fact.ts'
import { refuse } from '../refuse.ts'

/** The elements that an operator which only moves elements may pass on: those of integers and bools. */
export function trackedOf(fact: Fact): readonly Dim[] | undefined {
  const { type } = fact
  return type.kind === 'tensor' && (isInteger(type.dtype) || type.dtype === 'bool')
    ? valuesOf(fact)
    : undefined
}

/**
 * The length of a list of axes, sizes or positions, where it is known. A scalar counts as a list of one, as
 * exporters write it. Refuses other ranks.
 */
export function lengthOf(name: string, fact: TensorFact): number | undefined {
  const { shape } = fact
  if (!shape) return undefined
  if (shape.length > 1) refuse(`${name} must be a list`, `rank ${shape.length}`)
  const length = shape[0] ?? 1
  return typeof length === 'number' ? length : undefined
}

/** A shape of known rank and unknown sizes. */
export function freshShape(rank: number, hint: string, { freshDim }: InferContext): readonly Dim[] {
  return Array.from({ length: rank }, () => freshDim(hint))
}

/** The elements of an integer tensor as numbers, those beyond 2^53 rounded. */
export function integersOf(x: WideTensor): readonly number[] {
  return Array.from(x.data as ArrayLike<number | bigint>, Number) // integer dtypes only
}
