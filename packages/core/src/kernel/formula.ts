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
  'log',
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
/** `min` and `max` give NaN if an operand is one; `rem` has the sign of the dividend; integer `div` truncates. */
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
  /** As ONNX casts: floats to integers toward zero, anything to bool by comparing with 0, narrower integers by wrapping. */
  | { readonly kind: 'convert'; readonly x: Formula; readonly dtype: DType }

/** The element of the input at an index. */
export const input = (index: number, dtype: DType): Formula => ({ kind: 'input', index, dtype })
/** The same value for every element. */
export const constant = (value: number | bigint, dtype: DType): Formula => ({
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

/** The formula with its inputs replaced. */
export function substitute(formula: Formula, replace: (index: number, dtype: DType) => Formula): Formula {
  const again = (inner: Formula) => substitute(inner, replace)
  switch (formula.kind) {
    case 'input':
      return replace(formula.index, formula.dtype)
    case 'constant':
      return formula
    case 'unary':
    case 'convert':
      return { ...formula, x: again(formula.x) }
    case 'binary':
      return { ...formula, a: again(formula.a), b: again(formula.b) }
    case 'select':
      return {
        ...formula,
        condition: again(formula.condition),
        yes: again(formula.yes),
        no: again(formula.no),
      }
    default:
      return formula satisfies never
  }
}

/** A text that is equal for equal formulas. */
export function formulaKey(formula: Formula): string {
  switch (formula.kind) {
    case 'input':
      return `$${formula.index}:${formula.dtype}`
    case 'constant':
      return `${Object.is(formula.value, -0) ? '-0' : formula.value}:${formula.dtype}`
    case 'unary':
      return `${formula.operation}(${formulaKey(formula.x)})`
    case 'convert':
      return `${formula.dtype}(${formulaKey(formula.x)})`
    case 'binary':
      return `${formula.operation}(${formulaKey(formula.a)},${formulaKey(formula.b)})`
    case 'select':
      return `select(${formulaKey(formula.condition)},${formulaKey(formula.yes)},${formulaKey(formula.no)})`
    default:
      return formula satisfies never
  }
}

/** A reduction over axes: `combine` of `map` of all elements, then `finish`. */
export interface Reduction {
  /** Sorted, none negative. */
  readonly axes: readonly number[]
  readonly map: (x: Formula) => Formula
  readonly combine: 'add' | 'mul' | 'min' | 'max'
  /** `count` is the number of elements that were combined. */
  readonly finish: (combined: Formula, count: number) => Formula
}
