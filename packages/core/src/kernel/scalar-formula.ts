/** Emits formulas on single elements, for every dtype that kernels compute with. */
import { type DType, dtypeInfo, isFloat } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import { extractLane, f32, f64, i32, i64, type Operand, op, select } from '../wasm/index.ts'
import type { BinaryOperation, Comparison, Formula, UnaryOperation } from './formula.ts'
import {
  type FormulaBackend,
  type FormulaContext,
  type FormulaEmitter,
  formulaEmitter,
} from './formula-emitter.ts'
import { integerPower } from './math/integer-power.ts'
import { floatPower } from './math/power.ts'
import { floatRemainder } from './math/remainder.ts'
import { hasScalarFunction, scalarFunction } from './math/scalar-math.ts'
import { trigFunction, trigFunctions } from './math/trigonometry.ts'
import { hasVectorFunction, vectorFunction } from './math/vector-functions.ts'
import { vectorPower } from './math/vector-power.ts'
import { dynamicOp, isSigned, scalarType, vectorOp, wrapScalar } from './register.ts'
import { convertScalar } from './scalar-convert.ts'

/** Emits formulas on single elements; inputs are in the register types of their dtypes. */
export function scalarEmitter(context: FormulaContext): FormulaEmitter {
  return formulaEmitter(context, scalarBackend(context))
}

/** One element of a formula; bool is an i32 of 0 or 1. */
export function emitScalar(formula: Formula, context: FormulaContext): Operand {
  return scalarEmitter(context).emit(formula)
}

export function scalarConstant(value: number | bigint, dtype: DType): Operand {
  switch (scalarType(dtype)) {
    case 'i32':
      return i32(Number(value))
    case 'i64':
      return i64(BigInt(value))
    case 'f32':
      return f32(Number(value))
    case 'f64':
      return f64(Number(value))
    default:
      throw new SlipwayError('SLP-K2', `Cannot emit constant: its dtype must be one of kernels, got ${dtype}`)
  }
}

function scalarBackend(context: FormulaContext): FormulaBackend {
  const { f } = context
  return {
    constant: ({ value, dtype }) => scalarConstant(value, dtype),
    unary: ({ operation, dtype }, x) => unary(context, operation, dtype, x),
    binary: ({ operation, a: { dtype } }, a, b) => binary(context, operation, dtype, a, b),
    select: (_, condition, yes, no) => select(yes, no, condition as Operand<'i32'>), // a bool
    convert: ({ x: { dtype: from }, dtype }, x) => convertScalar(context, f.let(x), from, dtype),
  }
}

const direct: ReadonlySet<string> = new Set(['neg', 'abs', 'sqrt', 'ceil', 'floor', 'trunc', 'nearest'])

function unary(context: FormulaContext, operation: UnaryOperation, dtype: DType, x: Operand): Operand {
  const type = scalarType(dtype)!
  if (type === 'f32' || type === 'f64') {
    if (direct.has(operation)) return dynamicOp(`${type}.${operation as 'neg'}`, x) // of the set
    if (operation === 'reciprocal') return dynamicOp(`${type}.div`, scalarConstant(1, dtype), x)
    return type === 'f32' ? singleFunction(context, operation, x) : doubleFunction(context, operation, x)
  }
  const value = context.f.let(x)
  const zero = scalarConstant(0, dtype)
  const negated = dynamicOp(`${type as 'i32'}.sub`, zero, value)
  const wrap = (result: Operand) => (type === 'i32' ? wrapScalar(result as Operand<'i32'>, dtype) : result) // by type
  if (operation === 'neg') return wrap(negated)
  if (operation === 'not')
    return dtype === 'bool'
      ? dynamicOp('i32.eqz', value)
      : wrap(dynamicOp(`${type as 'i32'}.xor`, value, scalarConstant(-1, dtype)))
  if (operation === 'abs' && !isSigned(dtype)) return value
  if (operation === 'abs')
    return wrap(select(negated, value, dynamicOp(`${type as 'i32'}.lt_s`, value, zero) as Operand<'i32'>)) // compares
  throw new SlipwayError('SLP-K2', `Cannot emit ${operation}: its operand must be a float, got ${dtype}`)
}

function doubleFunction({ m, f }: FormulaContext, operation: UnaryOperation, x: Operand): Operand {
  if (hasScalarFunction(operation)) return f.callFor(scalarFunction(m, operation), x)
  throw new SlipwayError('SLP-K2', `Cannot emit ${operation}: float64 has no such function`)
}

function singleFunction(context: FormulaContext, operation: UnaryOperation, x: Operand): Operand {
  const { m, f } = context
  if (hasVectorFunction(operation)) {
    const lanes = f.callFor(vectorFunction(context, operation), vectorOp('f32x4.splat', x))
    return extractLane('f32x4.extract_lane', lanes, 0)
  }
  const wide = dynamicOp('f64.promote_f32', x)
  if (operation === 'tan')
    return op('f32.demote_f64', f.callFor(trigFunction(m), wide, i32(trigFunctions.tan)))
  return dynamicOp('f32.demote_f64', doubleFunction(context, operation, wide))
}

const comparisons: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge'])

function binary(
  context: FormulaContext,
  operation: BinaryOperation | Comparison,
  dtype: DType,
  a: Operand,
  b: Operand,
): Operand {
  const type = scalarType(dtype)!
  const float = isFloat(dtype)
  const sign = isSigned(dtype) ? 's' : 'u'
  if (comparisons.has(operation)) {
    const plain = float || operation === 'eq' || operation === 'ne'
    return dynamicOp((plain ? `${type}.${operation}` : `${type}.${operation}_${sign}`) as 'i32.eq', a, b) // such exist
  }
  if (float) return floatBinary(context, operation as BinaryOperation, type as 'f32' | 'f64', a, b) // as asked above
  const result = integerBinary(context, operation as BinaryOperation, dtype, a, b) // no comparison
  return type === 'i32' ? wrapScalar(result as Operand<'i32'>, dtype) : result // by type
}

const splat = (x: Operand) => vectorOp('f32x4.splat', x)

function floatBinary(
  { m, f }: FormulaContext,
  operation: BinaryOperation,
  type: 'f32' | 'f64',
  a: Operand,
  b: Operand,
): Operand {
  switch (operation) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'min':
    case 'max':
      return dynamicOp(`${type}.${operation}`, a, b)
    case 'pow':
      if (type === 'f64') return f.callFor(floatPower(m), a, b)
      return extractLane('f32x4.extract_lane', f.callFor(vectorPower(m), splat(a), splat(b)), 0)
    case 'rem': {
      if (type === 'f64') return f.callFor(floatRemainder(m), a, b)
      const wide = (x: Operand) => dynamicOp('f64.promote_f32', x)
      return op('f32.demote_f64', f.callFor(floatRemainder(m), wide(a), wide(b)))
    }
    default:
      throw new SlipwayError('SLP-K2', `Cannot emit ${operation}: its operands must be integers, got floats`)
  }
}

function integerBinary(
  { m, f }: FormulaContext,
  operation: BinaryOperation,
  dtype: DType,
  a: Operand,
  b: Operand,
): Operand {
  const type = scalarType(dtype) as 'i32' | 'i64' // an integer
  const sign = isSigned(dtype) ? 's' : 'u'
  switch (operation) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'and':
    case 'or':
    case 'xor':
      return dynamicOp(`${type}.${operation}`, a, b)
    case 'rem':
      return dynamicOp(`${type}.rem_${sign}`, a, b)
    case 'div':
      return isSigned(dtype) ? signedQuotient(f.let(a), f.let(b), dtype) : dynamicOp(`${type}.div_u`, a, b)
    case 'min':
    case 'max': {
      const [left, right] = [f.let(a), f.let(b)]
      const less = dynamicOp(`${type}.${operation === 'min' ? 'lt' : 'gt'}_${sign}`, left, right)
      return select(left, right, less as Operand<'i32'>) // a comparison
    }
    case 'shl':
    case 'shr':
      return shift(f.let(a), f.let(b), operation, dtype)
    case 'pow': {
      const wide = (x: Operand) => convertScalar({ m, f }, x, dtype, 'int64')
      const power = f.callFor(integerPower(m), wide(a), wide(b))
      return type === 'i64' ? power : op('i32.wrap_i64', power)
    }
    default:
      return operation satisfies never
  }
}

/** WebAssembly traps where the quotient of the least number by -1 does not fit; here it wraps around. */
function signedQuotient(a: Operand, b: Operand, dtype: DType): Operand {
  const type = scalarType(dtype) as 'i32' | 'i64' // an integer
  const [zero, one] = [scalarConstant(0, dtype), scalarConstant(1, dtype)]
  const isMinus = dynamicOp(`${type}.eq`, b, scalarConstant(-1, dtype)) as Operand<'i32'> // a comparison
  const quotient = dynamicOp(`${type}.div_s`, a, select(one, b, isMinus))
  return select(dynamicOp(`${type}.sub`, zero, a), quotient, isMinus)
}

function shift(a: Operand, b: Operand, operation: 'shl' | 'shr', dtype: DType): Operand {
  const type = scalarType(dtype) as 'i32' | 'i64' // an integer
  const { bits } = dtypeInfo(dtype)
  const sign = isSigned(dtype) ? 's' : 'u'
  const moved = dynamicOp(operation === 'shl' ? `${type}.shl` : `${type}.shr_${sign}`, a, b)
  const zero = scalarConstant(0, dtype)
  // What is left of a negative number shifted right is its sign.
  const gone =
    operation === 'shr' && sign === 's'
      ? dynamicOp(`${type}.shr_s`, a, scalarConstant(bits - 1, dtype))
      : zero
  const fits = dynamicOp(`${type}.lt_u`, b, scalarConstant(bits, dtype)) as Operand<'i32'> // a comparison
  return select(moved, gone, fits)
}
