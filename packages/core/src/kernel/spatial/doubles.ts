/** Short ways to write arithmetic on doubles, for code that works on one position at a time. */
import { f64, type Operand, op } from '../../wasm/index.ts'

export type Double = Operand<'f64'>
type Term = Double | number

const term = (x: Term): Double => (typeof x === 'number' ? f64(x) : x)

/** a + b */
export const sum = (a: Term, b: Term): Double => op('f64.add', term(a), term(b))
/** a - b */
export const difference = (a: Term, b: Term): Double => op('f64.sub', term(a), term(b))
/** a * b */
export const product = (a: Term, b: Term): Double => op('f64.mul', term(a), term(b))
/** a / b */
export const quotient = (a: Term, b: Term): Double => op('f64.div', term(a), term(b))
/** x within [low, high] */
export const clamp = (x: Term, low: Term, high: Term): Double =>
  op('f64.min', op('f64.max', term(x), term(low)), term(high))
/** A whole double as an integer. */
export const integer = (x: Double): Operand<'i32'> => op('i32.trunc_sat_f64_s', x)
/** An integer or a float as a double. */
export const double = (x: Operand<'i32'> | Operand<'f32'>): Double =>
  x.type === 'i32' ? op('f64.convert_i32_s', x) : op('f64.promote_f32', x)
