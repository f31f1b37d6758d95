/** Between which numbers a formula lies, as far as it says so itself. */
import { type DType, dtypeInfo, integerRange, isFloat, isInteger } from '../base/dtype.ts'
import type { Formula } from './formula.ts'

/** Lowest and highest number; NaN may come on top. */
export type Range = readonly [low: number, high: number]

const anything: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]

/** The range that constants, minima and maxima leave, and small integers have. */
export function rangeOf(formula: Formula): Range {
  if (formula.kind === 'constant') return [Number(formula.value), Number(formula.value)]
  if (formula.kind === 'convert' && isFloat(formula.dtype) && isNarrow(formula.x.dtype))
    return ends(formula.x.dtype)
  if (formula.kind !== 'binary') return anything
  if (formula.operation !== 'min' && formula.operation !== 'max') return anything
  const [a, b] = [rangeOf(formula.a), rangeOf(formula.b)]
  const pick = formula.operation === 'min' ? Math.min : Math.max
  return [pick(a[0], b[0]), pick(a[1], b[1])]
}

const isNarrow = (dtype: DType) => isInteger(dtype) && dtypeInfo(dtype).bits <= 16
function ends(dtype: DType): Range {
  const [low, high] = integerRange(dtype)
  return [Number(low), Number(high)]
}

/** True where everything in the range is, truncated, a number of an integer type of up to 16 bits. */
export function isWithin([low, high]: Range, dtype: DType): boolean {
  if (!isInteger(dtype) || dtypeInfo(dtype).bits > 16) return false
  const [least, most] = ends(dtype)
  return low >= least && high <= most
}
