/** Emits formulas on four elements at a time, as 32-bit lanes; bool is a mask. */
import { type DType, isFloat, isInteger } from '../base/dtype.ts'
import { extractLane, f32x4, i32x4, type Operand, op, replaceLane } from '../wasm/index.ts'
import { apply1, apply2, type Comparison, everyPart, type Formula, formulaKey, input } from './formula.ts'
import {
  type FormulaBackend,
  type FormulaContext,
  type FormulaEmitter,
  formulaEmitter,
} from './formula-emitter.ts'
import { applyVectorFunction, hasVectorFunction } from './math/vector-functions.ts'
import { vectorPower } from './math/vector-power.ts'
import { rangeOf } from './range.ts'
import { has32BitLanes, isSigned, vectorOp, wrapVector } from './register.ts'
import { emitScalar } from './scalar-formula.ts'
import { convertVector } from './vector-convert.ts'

type Vector = Operand<'v128'>

/**
 * True where four elements can be computed at once: every part has 32-bit lanes, and none divides integers, which could
 * trap on lanes that do not count.
 */
export function isVectorizable(formula: Formula): boolean {
  return everyPart(formula).every((part) => has32BitLanes(part.dtype) && !traps(part) && !roundsTwice(part))
}

function traps(part: Formula): boolean {
  const mayTrap = part.kind === 'binary' && ['div', 'rem', 'pow'].includes(part.operation)
  return mayTrap && !isFloat(part.dtype)
}

/** On the way over float32, integers of 32 bits would be rounded to bfloat16 twice. */
function roundsTwice(part: Formula): boolean {
  if (part.kind !== 'convert' || part.dtype !== 'bfloat16') return false
  return part.x.dtype === 'int32' || part.x.dtype === 'uint32'
}

/** Emits formulas on vectors; inputs are vectors of 32-bit lanes, bool as masks. */
export function vectorEmitter(context: FormulaContext<'v128'>): FormulaEmitter<'v128'> {
  return formulaEmitter(context, vectorBackend(context))
}

/** Four elements of a vectorizable formula. */
export function emitVector(formula: Formula, context: FormulaContext<'v128'>): Vector {
  return vectorEmitter(context).emit(formula)
}

function vectorBackend(context: FormulaContext<'v128'>): FormulaBackend<'v128'> {
  const { f, constants = (_, value) => value } = context
  const number = (value: number) => constants(`f${Object.is(value, -0) ? '-0' : value}`, f32x4(value))
  const bits = (value: number) => constants(`i${value}`, i32x4(value))
  return {
    constant: ({ value, dtype }) =>
      isFloat(dtype) ? number(Number(value)) : bits(dtype === 'bool' ? -Number(value !== 0) : Number(value)),
    unary: (part, x) => unary(context, part, x, number),
    binary: (part, a, b) => binary(context, part, a, b),
    select: (_, condition, yes, no) => op('v128.bitselect', yes, no, condition),
    convert: ({ x: inner, x: { dtype: from }, dtype }, x) =>
      convertVector(context, f.let(x), from, dtype, number, bits, rangeOf(inner)),
  }
}

type Unary = Extract<Formula, { kind: 'unary' }>
type Binary = Extract<Formula, { kind: 'binary' }>

function unary(
  context: FormulaContext<'v128'>,
  part: Unary,
  x: Vector,
  number: (value: number) => Vector,
): Vector {
  const { operation, dtype } = part
  if (operation === 'not') return wrapVector(op('v128.not', x), dtype)
  const type = isFloat(dtype) ? 'f32x4' : 'i32x4'
  switch (operation) {
    case 'neg':
    case 'abs':
      if (operation === 'abs' && !isFloat(dtype) && !isSigned(dtype)) return x
      return wrapIntegers(vectorOp(`${type}.${operation}`, x), dtype)
    case 'sqrt':
    case 'ceil':
    case 'floor':
    case 'trunc':
    case 'nearest':
      return vectorOp(`f32x4.${operation}`, x)
    case 'reciprocal':
      return op('f32x4.div', number(1), x)
    default:
      return hasVectorFunction(operation)
        ? applyVectorFunction(context, operation, x)
        : byLanes(context, part, [x])
  }
}

const wrapIntegers = (x: Vector, dtype: DType): Vector => (isInteger(dtype) ? wrapVector(x, dtype) : x)

function binary(context: FormulaContext<'v128'>, part: Binary, a: Vector, b: Vector): Vector {
  const { operation } = part
  const { dtype } = part.a
  switch (operation) {
    case 'and':
    case 'or':
    case 'xor':
      return vectorOp(`v128.${operation}`, a, b)
    case 'add':
    case 'sub':
    case 'mul':
      return wrapIntegers(vectorOp(`${isFloat(dtype) ? 'f32x4' : 'i32x4'}.${operation}`, a, b), dtype)
    case 'div':
      return op('f32x4.div', a, b)
    case 'min':
    case 'max':
      if (isFloat(dtype)) return extreme(context, part, a, b)
      return vectorOp(`i32x4.${operation}_${isSigned(dtype) ? 's' : 'u'}`, a, b)
    case 'pow':
      return isFloat(dtype) ? context.f.callFor(vectorPower(context.m), a, b) : byLanes(context, part, [a, b])
    case 'rem':
    case 'shl':
    case 'shr':
      return byLanes(context, part, [a, b])
    default:
      return compare(operation, dtype, a, b)
  }
}

function compare(operation: Comparison, dtype: DType, a: Vector, b: Vector): Vector {
  if (isFloat(dtype)) return vectorOp(`f32x4.${operation}`, a, b)
  // Masks are 0 and -1, which count the other way round as signed numbers, and right as unsigned ones.
  const sign = isSigned(dtype) ? 's' : 'u'
  return vectorOp(
    operation === 'eq' || operation === 'ne' ? `i32x4.${operation}` : `i32x4.${operation}_${sign}`,
    a,
    b,
  )
}

/** pmin(a, b) gives a where either is NaN, so only b has to be looked at, and not where it cannot be NaN. */
function extreme({ f }: FormulaContext<'v128'>, part: Binary, a: Vector, b: Vector): Vector {
  const name = part.operation === 'min' ? 'f32x4.pmin' : 'f32x4.pmax'
  if (isNumber(part.b)) return vectorOp(name, a, b)
  if (isNumber(part.a)) return vectorOp(name, b, a)
  const right = f.let(b)
  // A mask of ones is NaN.
  return op('v128.or', vectorOp(name, a, right), op('f32x4.ne', right, right))
}

/** Proven not to be NaN. */
const isNumber = (part: Formula): boolean => part.kind === 'constant' && !Number.isNaN(part.value)

/** An operation that vectors do not have, lane by lane, as a function of the module. */
function byLanes(
  { m, f, target }: FormulaContext<'v128'>,
  part: Unary | Binary,
  operands: readonly Vector[],
): Vector {
  const parts = part.kind === 'unary' ? [part.x] : [part.a, part.b]
  const inputs = parts.map(({ dtype }, i) => input(i, dtype))
  const formula =
    part.kind === 'unary'
      ? apply1(part.operation, inputs[0]!)
      : apply2(part.operation, inputs[0]!, inputs[1]!)
  const id = `lanes:${formulaKey(formula)}`
  const type = isFloat(parts[0]!.dtype) ? 'f32x4' : 'i32x4'
  const made = m.once(id, () =>
    m.func(
      id,
      inputs.map(() => 'v128' as const),
      'v128',
      (inner, ...vectors) => {
        const result = inner.local('v128')
        for (const lane of [0, 1, 2, 3]) {
          const elements = vectors.map((vector) =>
            inner.let(extractLane(`${type}.extract_lane`, vector, lane)),
          )
          const value = emitScalar(formula, { m, f: inner, target, input: (index) => elements[index]! })
          inner.set(result, replaceLane(`${type}.replace_lane`, result, lane, value as Operand<never>)) // of its dtype
        }
        return result
      },
    ),
  )
  return f.callFor(made, ...operands)
}
