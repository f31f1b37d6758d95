/** Four elements of a dtype with 32-bit lanes as another, by the rules of formulas. */
import { type DType, isFloat } from '../base/dtype.ts'
import { extractLane, type FunctionRef, f32x4, type Operand, op, replaceLane } from '../wasm/index.ts'
import type { FormulaContext } from './formula-emitter.ts'
import { narrowHalf, widenHalf } from './half-float.ts'
import { isWithin, type Range } from './range.ts'
import { isSigned, vectorOp, wrapVector } from './register.ts'
import { convertScalar } from './scalar-convert.ts'

type Vector = Operand<'v128'>
type Constant = (value: number) => Vector

/** x is a variable, and its numbers are known to lie in `range`. */
export function convertVector(
  context: FormulaContext<'v128'>,
  x: Vector,
  from: DType,
  to: DType,
  number: Constant,
  bits: Constant,
  range: Range,
): Vector {
  const { f } = context
  if (to === 'bool') return isFloat(from) ? op('f32x4.ne', x, number(0)) : op('i32x4.ne', x, bits(0))
  if (isFloat(to)) {
    const single =
      from === 'bool'
        ? op('v128.and', x, number(1))
        : isFloat(from)
          ? x
          : vectorOp(`f32x4.convert_i32x4_${isSigned(from) ? 's' : 'u'}`, x)
    return to === 'float32' ? single : widenHalf(f, to as 'float16', narrowHalf(f, to as 'float16', single)) // a half
  }
  if (from === 'bool') return op('v128.and', x, bits(1))
  if (!isFloat(from)) return wrapVector(x, to)
  if (isWithin(range, to)) return op('i32x4.trunc_sat_f32x4_s', x)
  return wrapVector(f.callFor(wholeNumbers(context), x), to)
}

/** Truncation modulo 2^32; lanes beyond the range of int32 go one by one. */
function wholeNumbers({ m }: FormulaContext): FunctionRef<readonly ['v128'], 'v128'> {
  return m.once('f32x4.whole', () =>
    m.func('f32x4.whole', ['v128'] as const, 'v128', (f, x) => {
      const result = f.let(op('i32x4.trunc_sat_f32x4_s', x))
      const beyond = op('f32x4.ge', op('f32x4.abs', x), f32x4(2 ** 31))
      f.if(op('v128.any_true', beyond), () => {
        for (const lane of [0, 1, 2, 3]) {
          const element = extractLane('f32x4.extract_lane', x, lane)
          const whole = convertScalar({ m, f }, element, 'float32', 'int32')
          f.set(result, replaceLane('i32x4.replace_lane', result, lane, whole as Operand<'i32'>)) // of int32
        }
      })
      return result
    }),
  )
}
