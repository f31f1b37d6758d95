/**
 * Elementwise computations as data: what one element of a result is in terms of one element of each input. Operators
 * state theirs; the scheduler joins them; kernels and epilogues emit them, on vectors or on single elements.
 *
 * Arithmetic is that of the dtype of its operands, as in ONNX: integers wrap around, floats round. The dtype of an
 * argument must be that of its siblings; `convert` changes it.
 */
import type { DType } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'

const unary = [
  'neg',
  'abs',
  'sqrt',
  'ceil',
  'floor',
  'trunc',
  'nearest',
  'exp',
  'expm1',
  'log',
  'log1p',
  'tanh',
  'erf',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'asinh',
  'acosh',
  'atanh',
  'sigmoid',
  'reciprocal',
  'not',
] as const // prettier keeps it on few lines
const binary = [
  'add',
  'sub',
  'mul',
  'div',
  'rem',
  'pow',
  'min',
  'max',
  'and',
  'or',
  'xor',
  'shl',
  'shr',
] as const
const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const

export type UnaryOperation = (typeof unary)[number]
/**
 * `min` and `max` give NaN if an operand is one; `rem` has the sign of the dividend; integer `div` truncates. Integers
 * divided by 0, and 0 to a negative power, trap. Shifts by a distance that is not from 0 to the width shift all bits out.
 */
export type BinaryOperation = (typeof binary)[number]
/** Results are bool. */
export type Comparison = (typeof comparisons)[number]

export type Formula =
  | { readonly kind: 'input'; readonly index: number; readonly dtype: DType }
  | { readonly kind: 'constant'; readonly value: number | bigint; readonly dtype: DType }
  | { readonly kind: 'unary'; readonly operation: UnaryOperation; readonly x: Formula; readonly dtype: DType }
  | {
      readonly kind: 'binary'
      readonly operation: BinaryOperation | Comparison
      readonly a: Formula
      readonly b: Formula
      readonly dtype: DType
    }
  | {
      readonly kind: 'select'
      readonly condition: Formula
      readonly yes: Formula
      readonly no: Formula
      readonly dtype: DType
    }
  /** As ONNX casts: floats to integers toward zero, wrapping around; anything to bool by comparing with 0. */
  | { readonly kind: 'convert'; readonly x: Formula; readonly dtype: DType }

/** The element of the input at an index. */
export const input = (index: number, dtype: DType): Formula => ({ kind: 'input', index, dtype })
/** The same value for every element. */
export const constant = (
  value: number | bigint,
  dtype: DType,
): Extract<Formula, { readonly kind: 'constant' }> => ({
  kind: 'constant',
  value,
  dtype,
})
/** A constant of the dtype of another formula. */
export const like = (value: number, x: Formula): Formula =>
  constant(x.dtype === 'int64' || x.dtype === 'uint64' ? BigInt(value) : value, x.dtype)

export function apply1(operation: UnaryOperation, x: Formula): Formula {
  return { kind: 'unary', operation, x, dtype: x.dtype }
}

/** @throws SLP-K2 where the operands differ in dtype. */
export function apply2(operation: BinaryOperation | Comparison, a: Formula, b: Formula): Formula {
  if (a.dtype !== b.dtype)
    throw new SlipwayError(
      'SLP-K2',
      `Cannot apply ${operation}: its operands must be alike, got ${a.dtype} and ${b.dtype}`,
    )
  const compares = (comparisons as readonly string[]).includes(operation) // widened for includes
  return { kind: 'binary', operation, a, b, dtype: compares ? 'bool' : a.dtype }
}

/** @throws SLP-K2 unless the condition is bool and both results are alike. */
export function choose(condition: Formula, yes: Formula, no: Formula): Formula {
  if (condition.dtype !== 'bool' || yes.dtype !== no.dtype)
    throw new SlipwayError(
      'SLP-K2',
      `Cannot choose: it takes a bool and two formulas that are alike, got ${condition.dtype}, ${yes.dtype}, ${no.dtype}`,
    )
  return { kind: 'select', condition, yes, no, dtype: yes.dtype }
}

export function convert(x: Formula, dtype: DType): Formula {
  return x.dtype === dtype ? x : { kind: 'convert', x, dtype }
}

/** The formula rebuilt from its parts up, each changed once, so that parts it shares stay shared. */
export function rebuild(formula: Formula, change: (part: Formula) => Formula): Formula {
  const done = new Map<Formula, Formula>()
  const again = (part: Formula): Formula => {
    const known = done.get(part)
    if (known) return known
    const made = change(withParts(part, again))
    done.set(part, made)
    return made
  }
  return again(formula)
}

/** The formula with its inputs replaced. */
export function substitute(formula: Formula, replace: (index: number, dtype: DType) => Formula): Formula {
  return rebuild(formula, (part) => (part.kind === 'input' ? replace(part.index, part.dtype) : part))
}

function withParts(formula: Formula, change: (part: Formula) => Formula): Formula {
  switch (formula.kind) {
    case 'input':
    case 'constant':
      return formula
    case 'unary':
    case 'convert':
      return { ...formula, x: change(formula.x) }
    case 'binary':
      return { ...formula, a: change(formula.a), b: change(formula.b) }
    case 'select':
      return {
        ...formula,
        condition: change(formula.condition),
        yes: change(formula.yes),
        no: change(formula.no),
      }
    default:
      return formula satisfies never
  }
}

/** The formulas that a formula is directly made of. */
export function partsOf(formula: Formula): readonly Formula[] {
  switch (formula.kind) {
    case 'input':
    case 'constant':
      return []
    case 'unary':
    case 'convert':
      return [formula.x]
    case 'binary':
      return [formula.a, formula.b]
    case 'select':
      return [formula.condition, formula.yes, formula.no]
    default:
      return formula satisfies never
  }
}

/** The formula and everything it is made of, each once, parts before what they are part of. */
export function everyPart(formula: Formula): readonly Formula[] {
  const seen = new Set<Formula>()
  const visit = (part: Formula) => {
    if (seen.has(part)) return
    partsOf(part).forEach(visit)
    seen.add(part)
  }
  visit(formula)
  return [...seen]
}

/** A text that is equal for equal formulas only; shared parts are written once. */
export function formulaKey(formula: Formula): string {
  const numbers = new Map<Formula, number>()
  const write = (part: Formula): string => {
    const number = numbers.get(part)
    if (number !== undefined) return `#${number}`
    const parts = partsOf(part)
    if (parts.length === 0) return leafKey(part)
    numbers.set(part, numbers.size)
    const inner = parts.map(write).join(',')
    if (part.kind === 'convert') return `${part.dtype}(${inner})`
    return `${part.kind === 'select' ? 'select' : operationOf(part)}(${inner})`
  }
  return write(formula)
}

function leafKey(part: Formula): string {
  if (part.kind === 'input') return `$${part.index}:${part.dtype}`
  if (part.kind !== 'constant') return ''
  return `${Object.is(part.value, -0) ? '-0' : part.value}:${part.dtype}`
}

const operationOf = (part: Formula): string =>
  part.kind === 'unary' || part.kind === 'binary' ? part.operation : part.kind

/** A reduction over axes: `combine` of `map` of all elements, then `finish`. */
export interface Reduction {
  /** Sorted, none negative. */
  readonly axes: readonly number[]
  readonly map: (x: Formula) => Formula
  readonly combine: 'add' | 'mul' | 'min' | 'max'
  /** `count` is the number of elements that were combined. */
  readonly finish: (combined: Formula, count: number) => Formula
}
