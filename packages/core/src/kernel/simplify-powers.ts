/** Powers with constant exponents as products and roots. */
import { isFloat } from '../base/dtype.ts'
import { apply1, apply2, choose, type Formula, like, partsOf, rebuild } from './formula.ts'

type Power = (x: Formula) => Formula

const square: Power = (x) => apply2('mul', x, x)

/** √x, with the limits that pow has at -0 and -Infinity. */
const root: Power = (x) => {
  const isLow = apply2('eq', x, like(Number.NEGATIVE_INFINITY, x))
  return choose(isLow, like(Number.POSITIVE_INFINITY, x), apply2('add', apply1('sqrt', x), like(0, x)))
}

const powers: ReadonlyMap<number, Power> = new Map<number, Power>([
  [0, (x) => like(1, x)],
  [1, (x) => x],
  [2, square],
  [3, (x) => apply2('mul', square(x), x)],
  [4, (x) => square(square(x))],
  [0.5, root],
  [-1, (x) => apply1('reciprocal', x)],
  [-2, (x) => apply1('reciprocal', square(x))],
  [-0.5, (x) => apply1('reciprocal', root(x))],
])

/** The formula with such powers rewritten; parts that it shares stay shared. */
export function simplifyPowers(formula: Formula): Formula {
  return rebuild(formula, (part) => {
    if (part.kind !== 'binary' || part.operation !== 'pow' || !isFloat(part.dtype)) return part
    const exponent = constantOf(part.b)
    return (exponent !== undefined && powers.get(exponent)?.(part.a)) || part
  })
}

/** The number that a formula without inputs is, where it is a constant or a cast of one. */
function constantOf(part: Formula): number | undefined {
  if (part.kind === 'constant') return Number(part.value)
  return part.kind === 'convert' && isFloat(part.dtype) ? constantOf(partsOf(part)[0]!) : undefined
}
