/** The float32 product of two matrices of 8-bit numbers. */
import type { GraphBuilder } from '../../../ir/builder.ts'
import { cast } from './quantized-graph.ts'

export interface IntegerProduct {
  readonly A: string
  readonly B: string
  readonly a_scale: string
  readonly b_scale: string
  readonly a_zero_point: string | undefined
  readonly b_zero_point: string | undefined
  readonly bias: string | undefined
}

/** Exact sums times a_scale * b_scale, plus the bias. */
export function integerToFloat(b: GraphBuilder, names: IntegerProduct): string {
  const { A, B, a_zero_point, b_zero_point, bias } = names
  const sums = cast(b, b.node('MatMulInteger', [A, B, a_zero_point, b_zero_point]), 'float32')
  const y = b.node('Mul', [sums, b.node('Mul', [names.a_scale, names.b_scale])])
  return bias === undefined ? y : b.node('Add', [y, bias])
}
