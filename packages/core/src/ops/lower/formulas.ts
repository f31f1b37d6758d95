/** Formulas that several operators state. */
import { isFloat } from '../../base/dtype.ts'
import { apply1, apply2, choose, type Formula, like } from '../../kernel/formula.ts'

export const add = (a: Formula, b: Formula): Formula => apply2('add', a, b)
export const sub = (a: Formula, b: Formula): Formula => apply2('sub', a, b)
export const mul = (a: Formula, b: Formula): Formula => apply2('mul', a, b)
export const div = (a: Formula, b: Formula): Formula => apply2('div', a, b)

/** `below` where x < 0, else x. */
export const bendBelow = (x: Formula, below: Formula): Formula =>
  choose(apply2('lt', x, like(0, x)), below, x)

/** x held between two numbers; NaN stays. */
export const clamp = (x: Formula, low: number, high: number): Formula =>
  apply2('max', apply2('min', x, like(high, x)), like(low, x))

/** max(0, min(1, alpha · x + beta)). */
export const hardSigmoidOf = (x: Formula, alpha: number, beta: number): Formula =>
  clamp(add(mul(x, like(alpha, x)), like(beta, x)), 0, 1)

/** x · sigmoid(alpha · x). */
export const swishOf = (x: Formula, alpha: number): Formula =>
  mul(x, apply1('sigmoid', alpha === 1 ? x : mul(x, like(alpha, x))))

/** x times the standard normal distribution function of x. */
export function geluOf(x: Formula): Formula {
  const erf = apply1('erf', mul(x, like(Math.SQRT1_2, x)))
  return mul(mul(x, like(0.5, x)), add(erf, like(1, x)))
}

/** Its approximation by tanh. */
export function geluTanhOf(x: Formula): Formula {
  const slope = Math.sqrt(2 / Math.PI)
  const cubic = add(mul(mul(x, x), like(0.044715 * slope, x)), like(slope, x))
  return mul(mul(x, like(0.5, x)), add(apply1('tanh', mul(cubic, x)), like(1, x)))
}

/** ln(1 + e^x), without overflow. */
export function softplusFormula(x: Formula): Formula {
  const decay = apply1('exp', apply1('neg', apply1('abs', x)))
  return add(apply2('max', x, like(0, x)), apply1('log1p', decay))
}

/** x · tanh(softplus(x)): with n = e^x · (e^x + 2), the tanh is n / (n + 2), which is 1 from x = 20 on. */
export function mishOf(x: Formula): Formula {
  const power = apply1('exp', apply2('min', x, like(20, x)))
  const n = mul(power, add(power, like(2, x)))
  return mul(x, div(n, add(n, like(2, x))))
}

/** True where x is not a number. */
export const isNotNumber = (x: Formula): Formula => apply2('ne', x, x)

/** The remainder with the sign of the divisor. */
export function floorRemainder(a: Formula, b: Formula): Formula {
  const rest = apply2('rem', a, b)
  const zero = like(0, b)
  const isBelow = apply2('lt', b, zero)
  const signsAgree = apply2('eq', apply2('lt', rest, zero), isBelow)
  const none = isFloat(b.dtype) ? choose(isBelow, like(-0, b), zero) : zero
  return choose(apply2('eq', rest, zero), none, choose(signsAgree, rest, add(rest, b)))
}
