/** Joining an element with what is in memory: sums, products and extremes in the arithmetic of the dtype. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { load, op, select } from '../../wasm/index.ts'

export type Combination = 'add' | 'mul' | 'max' | 'min'

/** True for dtypes that `combineAt` knows: all but the floats narrower than float32. */
export function canCombine(dtype: DType): boolean {
  const { kind, bits } = dtypeInfo(dtype)
  return kind === 'float' ? bits >= 32 : (kind === 'int' || kind === 'uint' || kind === 'bool') && bits >= 8
}

/** Emits target ← target ∘ source for the elements at two addresses. */
export function combineAt(
  f: FunctionBuilder,
  dtype: DType,
  how: Combination,
  target: Local<'i32'>,
  source: Local<'i32'>,
): void {
  const { kind, bits } = dtypeInfo(dtype)
  if (kind === 'float' && bits === 64)
    f.store('f64.store', target, op(`f64.${how}`, load('f64.load', target), load('f64.load', source)))
  else if (kind === 'float')
    f.store('f32.store', target, op(`f32.${how}`, load('f32.load', target), load('f32.load', source)))
  else if (bits === 64) f.store('i64.store', target, long(f, how, kind === 'uint', target, source))
  else combineShort(f, dtype, how, target, source)
}

function long(
  f: FunctionBuilder,
  how: Combination,
  isUnsigned: boolean,
  target: Local<'i32'>,
  source: Local<'i32'>,
): Operand<'i64'> {
  const [a, b] = [f.let(load('i64.load', target)), f.let(load('i64.load', source))]
  if (how === 'add' || how === 'mul') return op(`i64.${how}`, a, b)
  const isMore = op(isUnsigned ? 'i64.gt_u' : 'i64.gt_s', a, b)
  return how === 'max' ? select(a, b, isMore) : select(b, a, isMore)
}

function combineShort(
  f: FunctionBuilder,
  dtype: DType,
  how: Combination,
  target: Local<'i32'>,
  source: Local<'i32'>,
): void {
  const { kind, bits } = dtypeInfo(dtype)
  const sign = kind === 'int' ? 's' : 'u'
  const read = (at: Local<'i32'>) =>
    bits === 8
      ? load(`i32.load8_${sign}`, at)
      : bits === 16
        ? load(`i32.load16_${sign}`, at)
        : load('i32.load', at)
  const [a, b] = [f.let(read(target)), f.let(read(source))]
  const isMore = op(`i32.gt_${sign}`, a, b)
  const joined = (): Operand<'i32'> => {
    if (how === 'max') return select(a, b, isMore)
    if (how === 'min') return select(b, a, isMore)
    // A sum of truths is true where any is; bytes that are neither 0 nor 1 are no truths.
    if (kind === 'bool') return op(how === 'add' ? 'i32.or' : 'i32.and', a, b)
    return op(`i32.${how}`, a, b)
  }
  f.store(bits === 8 ? 'i32.store8' : bits === 16 ? 'i32.store16' : 'i32.store', target, joined())
}
