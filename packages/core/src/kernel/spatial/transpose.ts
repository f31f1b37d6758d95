/** Rows of vectors turned into columns. */
import { type FunctionBuilder, type Local, type Operand, shuffle32 } from '../../wasm/index.ts'

/** Four vectors whose i-th lanes made up the i-th result. */
export function transpose4(f: FunctionBuilder, rows: readonly Local<'v128'>[]): Operand<'v128'>[] {
  const [a, b, c, d] = rows as readonly [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>] // four rows
  const low = (x: Local<'v128'>, y: Local<'v128'>) => f.let(shuffle32(x, y, [0, 4, 1, 5]))
  const high = (x: Local<'v128'>, y: Local<'v128'>) => f.let(shuffle32(x, y, [2, 6, 3, 7]))
  const [ab, cd, abHigh, cdHigh] = [low(a, b), low(c, d), high(a, b), high(c, d)]
  return [...transposeLow(ab, cd), ...transposeLow(abHigh, cdHigh)]
}

/** The same for the first two columns, from rows that `interleave` has put together by twos. */
export function transposeLow(ab: Local<'v128'>, cd: Local<'v128'>): Operand<'v128'>[] {
  return [shuffle32(ab, cd, [0, 1, 4, 5]), shuffle32(ab, cd, [2, 3, 6, 7])]
}

/** The first two elements of both, by turns. */
export function interleave(f: FunctionBuilder, a: Operand<'v128'>, b: Operand<'v128'>): Local<'v128'> {
  return f.let(shuffle32(a, b, [0, 4, 1, 5]))
}
