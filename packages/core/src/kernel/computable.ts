/** Which formulas kernels can compute. */
import { everyPart, type Formula } from './formula.ts'
import { scalarType } from './register.ts'

/** What float32 has and float64 has not. */
const singleOnly: readonly string[] = ['erf', 'sin', 'cos', 'tan']

/** Why no kernel computes the formula, or nothing where one does. */
export function whyNotComputable(formula: Formula): string | undefined {
  for (const part of everyPart(formula)) {
    if (scalarType(part.dtype) === undefined) return `dtype ${part.dtype}`
    if (part.kind === 'unary' && part.dtype === 'float64' && singleOnly.includes(part.operation))
      return `${part.operation} of float64`
    // The way over float64 would round twice.
    const isWide = part.kind === 'convert' && (part.x.dtype === 'int64' || part.x.dtype === 'uint64')
    if (isWide && part.dtype === 'bfloat16') return `${part.x.dtype} to bfloat16`
  }
  return undefined
}

/** The formula, or nothing where no kernel computes it. */
export function ifComputable(formula: Formula): Formula | undefined {
  return whyNotComputable(formula) === undefined ? formula : undefined
}
