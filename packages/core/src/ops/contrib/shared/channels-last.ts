/** Tensors whose channels are the last axis. */
import type { Dim } from '../../../base/dim.ts'
import type { GraphBuilder } from '../../../ir/builder.ts'
import { type TensorFact, tensorFact } from '../../fact.ts'

/** The fact of the same tensor with its channels behind the batch. */
export function channelsFirst(x: TensorFact): TensorFact {
  return tensorFact(x.dtype, x.shape && firstOf(x.shape))
}

/** The fact of a tensor with its channels moved to the end. */
export function channelsLast(x: TensorFact): TensorFact {
  return tensorFact(x.dtype, x.shape && [x.shape[0]!, ...x.shape.slice(2), x.shape[1]!])
}

const firstOf = (shape: readonly Dim[]): Dim[] => [shape[0]!, shape.at(-1)!, ...shape.slice(1, -1)]

/** Runs `build` on x with its channels behind the batch, and moves them back. */
export function aroundChannels(
  b: GraphBuilder,
  x: string,
  rank: number,
  build: (x: string) => string,
): string {
  const moved = b.node('Transpose', [x], { perm: toFirst(rank) })
  return b.node('Transpose', [build(moved)], { perm: toLast(rank) })
}

const axesOf = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis)

/** The permutation that moves the last axis behind the first. */
export const toFirst = (rank: number): number[] => [0, rank - 1, ...axesOf(rank).slice(1, -1)]

/** The permutation that moves the second axis to the end. */
export const toLast = (rank: number): number[] => [0, ...axesOf(rank).slice(2), 1]
