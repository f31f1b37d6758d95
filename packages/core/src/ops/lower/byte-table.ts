/** Functions of one byte, by a table of their 256 results. */
import { elementCount } from '../../base/shape.ts'
import { lowerElementwise } from '../../kernel/elementwise.ts'
import { type Formula, input } from '../../kernel/formula.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { isByte } from '../../kernel/quantized/bytes.ts'
import { lowerLookup } from '../../kernel/quantized/lookup.ts'
import { dequantizeFormula, quantizeFormula } from './linear-quantization.ts'

/** A quantized tensor's parameters, all of one element. */
export interface ByteParameters {
  readonly scale: TensorRef
  readonly zero: TensorRef | undefined
}

/** Between the parameters of the input and those of the output. */
export interface ByteFunction {
  readonly from: ByteParameters
  readonly to: ByteParameters
  /** The function of the number that a byte stands for. */
  readonly apply: (x: Formula) => Formula
}

/**
 * Adds the call that fills a table for bytes of a type, and gives its place; or the reason why there is none. Runs once
 * where the parameters are constant.
 */
export function lowerByteTable(
  context: LowerContext,
  { dtype }: TensorRef,
  { from, to, apply }: ByteFunction,
): Place | string {
  if (!isByte(dtype)) return `dtype ${dtype}`
  const bytes = context.table(Uint8Array.from({ length: 256 }, (_, i) => i))
  const table = context.temp('table of bytes', 256)
  const refs = [from.scale, to.scale, from.zero, to.zero].map((ref) => ref && { ...ref, shape: [] })
  const present = refs.filter((ref) => ref !== undefined)
  const formulas = refs.map((ref) => ref && input(1 + present.indexOf(ref), ref.dtype))
  const [fromScale, toScale, fromZero, toZero] = formulas as [Formula, Formula, Formula?, Formula?] // scales are there
  const real = dequantizeFormula(input(0, dtype), { scale: fromScale, zero: fromZero }, 'float32')
  const formula = real && quantizeFormula(apply(real), { scale: toScale, zero: toZero }, dtype)
  if (!formula) return `dtypes ${present.map((ref) => ref.dtype)}`
  const all = { dtype, shape: [256], isConstant: true }
  const refusal = lowerElementwise(context, formula, [{ ...all, at: bytes }, ...present], {
    ...all,
    at: table,
  })
  return refusal ?? table
}

/** Lowers a function of one quantized tensor. */
export function lowerByteFunction(
  context: LowerContext,
  X: TensorRef,
  Y: TensorRef,
  of: ByteFunction,
): Refusal {
  const table = lowerByteTable(context, X, of)
  if (typeof table === 'string') return table
  const bytes = elementCount(X.shape)
  lowerLookup(context, { from: X.at, to: Y.at, rows: 1, bytes, fromStep: 0, toStep: 0 }, table)
  return undefined
}
