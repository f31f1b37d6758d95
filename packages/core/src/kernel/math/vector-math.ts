/** What functions of four float32 are written with: constants that may be kept, multiply-add, polynomials. */
import { type FunctionBuilder, f32x4, i32x4, type ModuleBuilder, type Operand, op } from '../../wasm/index.ts'
import type { ConstantPool, FormulaContext } from '../formula-emitter.ts'

export type Vector = Operand<'v128'>

export interface VectorMath {
  readonly m: ModuleBuilder
  readonly f: FunctionBuilder
  readonly relaxed: boolean
  /** Four equal floats. */
  number(value: number): Vector
  /** Four equal 32-bit patterns. */
  bits(value: number): Vector
  /** a · b + c, rounded once or twice. */
  madd(a: Vector, b: Vector, c: Vector): Vector
  /** c - a · b, rounded once or twice. */
  nmadd(a: Vector, b: Vector, c: Vector): Vector
  /** c₀ + x · (c₁ + x · (c₂ + …)); x is a variable. */
  polynomial(x: Vector, coefficients: readonly number[]): Vector
  /** Chosen lane by lane; the condition is a mask. */
  choose(condition: Vector, yes: Vector, no: Vector): Vector
}

/** A function of four floats; its argument is a variable. */
export type VectorFunction = (v: VectorMath, x: Vector) => Vector

export function vectorMath({
  m,
  f,
  target: { relaxed },
  constants = (_, value) => value,
}: Pick<FormulaContext, 'm' | 'f' | 'target'> & {
  readonly constants?: ConstantPool | undefined
}): VectorMath {
  const number = (value: number) => constants(`f${Object.is(value, -0) ? '-0' : value}`, f32x4(value))
  const madd = (a: Vector, b: Vector, c: Vector) =>
    relaxed ? op('f32x4.relaxed_madd', a, b, c) : op('f32x4.add', op('f32x4.mul', a, b), c)
  return {
    m,
    f,
    relaxed,
    number,
    bits: (value) => constants(`i${value}`, i32x4(value)),
    madd,
    nmadd: (a, b, c) =>
      relaxed ? op('f32x4.relaxed_nmadd', a, b, c) : op('f32x4.sub', c, op('f32x4.mul', a, b)),
    polynomial: (x, coefficients) =>
      coefficients.map(number).reduceRight((sum, coefficient) => madd(sum, x, coefficient)),
    choose: (condition, yes, no) => op('v128.bitselect', yes, no, condition),
  }
}
