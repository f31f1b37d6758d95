/** Which of two elements the search for an extreme keeps. */
import type { DType } from '../../base/dtype.ts'
import type { Local, Operand } from '../../wasm/index.ts'
import { op } from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import { itemParams } from '../move/items.ts'
import { compareNumbers, isOdd, type NumberType } from './number.ts'

/** Which element of a line, and of equal ones whether the last. */
export interface Extreme {
  readonly side: 'max' | 'min'
  readonly isLast: boolean
}

/** The parameters of all kernels of the search. */
export const argParams = { from: 'in', to: 'out', size: 'i32', inner: 'i32', ...itemParams } as const
export type ArgKernel = KernelBuilder<typeof argParams>

/** True where a later element `x` takes the place of the best so far. */
export function beats(
  dtype: DType,
  { side, isLast }: Extreme,
  x: Local<NumberType>,
  best: Local<NumberType>,
): Operand<'i32'> {
  const isMax = side === 'max'
  // Written as what does not hold, so that a NaN wins.
  const isWorse = compareNumbers(dtype, isLast ? (isMax ? 'lt' : 'gt') : isMax ? 'le' : 'ge', x, best)
  const wins = op('i32.eqz', isWorse)
  const [odd, oddBest] = [isOdd(x), isOdd(best)]
  if (!odd || !oddBest) return wins
  const isOpen = op('i32.eqz', oddBest)
  return op('i32.and', wins, isLast ? op('i32.or', isOpen, odd) : isOpen)
}
