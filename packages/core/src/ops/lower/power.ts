/** The formula of Pow, whose operands may differ in dtype. */
import { isFloat } from '../../base/dtype.ts'
import { apply2, convert, type Formula } from '../../kernel/formula.ts'

/** Undefined for integers to fractional powers, which have rules of their own. */
export function powerOf(x: Formula, y: Formula): Formula | undefined {
  if (x.dtype === y.dtype) return apply2('pow', x, y)
  if (!isFloat(x.dtype)) return isFloat(y.dtype) ? undefined : integerPowerOf(x, y)
  // Small integers, and what narrower floats hold, are exact in float32; of other exponents every bit may count.
  const fits = ['int8', 'int16', 'uint8', 'uint16', 'float16', 'bfloat16'].includes(y.dtype)
  if (x.dtype === 'float32' && fits) return apply2('pow', x, convert(y, 'float32'))
  return convert(apply2('pow', convert(x, 'float64'), convert(y, 'float64')), x.dtype)
}

function integerPowerOf(x: Formula, y: Formula): Formula | undefined {
  if (y.dtype === 'uint64') return undefined
  return convert(apply2('pow', convert(x, 'int64'), convert(y, 'int64')), x.dtype)
}
