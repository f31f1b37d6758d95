/** The functions of four floats by name, in place or as functions of the module. */
import type { FunctionRef } from '../../wasm/index.ts'
import type { UnaryOperation } from '../formula.ts'
import type { FormulaContext } from '../formula-emitter.ts'
import { vectorExp, vectorExpm1, vectorSigmoid } from './exponential.ts'
import { vectorLog, vectorLog1p } from './logarithm.ts'
import { vectorErf, vectorTanh } from './rational.ts'
import { vectorCos, vectorSin } from './trigonometry.ts'
import { type Vector, type VectorFunction, vectorMath } from './vector-math.ts'

const functions = {
  exp: vectorExp,
  expm1: vectorExpm1,
  log: vectorLog,
  log1p: vectorLog1p,
  tanh: vectorTanh,
  erf: vectorErf,
  sin: vectorSin,
  cos: vectorCos,
  sigmoid: vectorSigmoid,
} as const satisfies Partial<Record<UnaryOperation, VectorFunction>>

export type VectorFunctionName = keyof typeof functions

export const hasVectorFunction = (name: string): name is VectorFunctionName => Object.hasOwn(functions, name)

/** The function of the module that computes one of them. */
export function vectorFunction(
  { m, target }: Pick<FormulaContext, 'm' | 'target'>,
  name: VectorFunctionName,
): FunctionRef<readonly ['v128'], 'v128'> {
  const id = `f32x4.${name}.${target.relaxed ? 'relaxed' : 'strict'}`
  return m.once(id, () =>
    m.func(id, ['v128'] as const, 'v128', (f, x) => functions[name](vectorMath({ m, f, target }), x)),
  )
}

/** Code with branches does not profit from standing in a loop. */
const alwaysCalled: ReadonlySet<string> = new Set(['sin', 'cos'])

/** One of them of `x`, where the context says. */
export function applyVectorFunction(
  context: FormulaContext<'v128'>,
  name: VectorFunctionName,
  x: Vector,
): Vector {
  const { f, inlineMath } = context
  if (!inlineMath || alwaysCalled.has(name)) return f.callFor(vectorFunction(context, name), x)
  return f.let(functions[name](vectorMath(context), f.let(x)))
}
