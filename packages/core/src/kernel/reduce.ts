import type { Formula, Reduction } from './formula.ts'
import type { LowerContext, Refusal, TensorRef } from './lower.ts'
export function lowerReduction(
  _c: LowerContext,
  _r: Reduction,
  _f: Formula,
  _i: readonly TensorRef[],
  _s: readonly number[],
  _o: TensorRef,
): Refusal {
  return 'none'
}
