import type { Dim } from '../../base/dim.ts'
import type { InferContext } from '../define.ts'

/** A shape of known rank and unknown sizes. */
export function freshShape(rank: number, hint: string, { freshDim }: InferContext): readonly Dim[] {
  return Array.from({ length: rank }, () => freshDim(hint))
}
