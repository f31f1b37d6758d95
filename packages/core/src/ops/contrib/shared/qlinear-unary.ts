/** What the functions of one quantized tensor share: X in float32, the function, and quantization again. */
import type { GraphBuilder } from '../../../ir/builder.ts'
import type { Formula } from '../../../kernel/formula.ts'
import type { LowerContext, Refusal, TensorRef } from '../../../kernel/lower.ts'
import { tensorFact } from '../../fact.ts'
import { lowerByteFunction } from '../../lower/byte-table.ts'
import { type FactArgs, maybe, type NameArgs, one, type RefArgs } from '../../param.ts'
import { centre, eightBits, requantize, requireScalars, scalar } from './quantized-graph.ts'

export const unaryTypes = { T: eightBits }
export const unaryInputs = {
  X: one('T'),
  X_scale: one('float32'),
  X_zero_point: maybe('T'),
  Y_scale: one('float32'),
  Y_zero_point: maybe('T'),
}
export const unaryOutputs = { Y: one('T') }
type Inputs = typeof unaryInputs

/** The shape and type of X. Throws SLP-O2. */
export function inferUnary({ X, ...parameters }: FactArgs<Inputs>) {
  requireScalars(parameters)
  return { Y: tensorFact(X.dtype, X.shape) }
}

/** Decomposition around a function of float32 numbers. */
export function buildUnary(
  b: GraphBuilder,
  { X, X_scale, X_zero_point, Y_scale, Y_zero_point }: NameArgs<Inputs>,
  { X: fact }: FactArgs<Inputs>,
  apply: (x: string) => string,
) {
  const x = b.node('Mul', [centre(b, X, X_zero_point), scalar(b, X_scale)])
  return { Y: requantize(b, apply(x), Y_scale, Y_zero_point, fact.dtype) }
}

/** Lowering of a function of float32 numbers. */
export function lowerUnary(
  context: LowerContext,
  { X, X_scale, X_zero_point, Y_scale, Y_zero_point }: RefArgs<Inputs>,
  Y: TensorRef,
  apply: (x: Formula) => Formula,
): Refusal {
  const [from, to] = [
    { scale: X_scale, zero: X_zero_point },
    { scale: Y_scale, zero: Y_zero_point },
  ]
  return lowerByteFunction(context, X, Y, { from, to, apply })
}
