/** Moving between channels and blocks of height and width: reshape, transpose, reshape. */
import { type Dim, floorDivDims } from '../../base/dim.ts'
import type { WideTensor } from '../../base/wide.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import type { TensorFact } from '../fact.ts'
import { refuse } from '../refuse.ts'
import { withShape } from './movement.ts'
import { permuteAxes } from './permute.ts'

export interface Rearrangement {
  readonly split: readonly Dim[]
  readonly perm: readonly number[]
  readonly to: readonly Dim[]
}

/** The four sizes of an image batch, fresh ones where the rank is not known. Throws SLP-O2. */
export function checkBlock(
  { shape }: TensorFact,
  blocksize: number,
  freshDim: (hint: string) => Dim,
): readonly Dim[] {
  if (blocksize < 1) refuse('blocksize must be 1 or more', blocksize)
  if (shape && shape.length !== 4) refuse('input must have rank 4', shape.length)
  return shape ?? ['batch', 'channels', 'height', 'width'].map(freshDim)
}

/** size / by, which must come out even. Throws SLP-O2. */
export function divideSize(name: string, size: Dim, by: number): Dim {
  if (typeof size === 'number' && size % by !== 0) refuse(`${name} must be a multiple of ${by}`, size)
  return floorDivDims(size, by)
}

/** Runs a rearrangement whose sizes are all numbers. */
export function rearrange(x: WideTensor, { split, perm, to }: Rearrangement): WideTensor {
  const parts = withShape(x, split as readonly number[]) // numbers in, numbers out
  return withShape(permuteAxes(parts, perm), to as readonly number[]) // as above
}

/** The nodes of a rearrangement; undefined where a size is not a number. */
export function buildRearrangement(
  b: GraphBuilder,
  x: string,
  { split, perm, to }: Rearrangement,
): string | undefined {
  const isKnown = (list: readonly Dim[]): list is readonly number[] =>
    list.every((size) => typeof size === 'number')
  if (!isKnown(split) || !isKnown(to)) return undefined
  const parts = b.node('Reshape', [x, b.literal('int64', split)], { allowzero: 1 })
  return b.node('Reshape', [b.node('Transpose', [parts], { perm }), b.literal('int64', to)], { allowzero: 1 })
}
