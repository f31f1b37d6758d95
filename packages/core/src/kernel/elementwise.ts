import type { Formula } from './formula.ts'
import type { LowerContext, Refusal, TensorRef } from './lower.ts'
export function lowerElementwise(_c: LowerContext, _f: Formula, _i: readonly TensorRef[], _o: TensorRef): Refusal { return 'none' }
