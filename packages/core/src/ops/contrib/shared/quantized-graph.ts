/**
 * Arithmetic of quantized tensors in terms of float32 operators. Each of them rounds to float32, which is how the
 * kernels of onnxruntime compute, so that halves fall on the same side.
 */
import { type DType, dtypeInfo, integerRange } from '../../../base/dtype.ts'
import type { GraphBuilder } from '../../../ir/builder.ts'
import type { TensorFact } from '../../fact.ts'
import { requireScalar } from '../../shared/require.ts'

export const eightBits = ['uint8', 'int8'] as const

/** A value in another element type, by a Cast node. */
export function cast(b: GraphBuilder, x: string, to: DType): string {
  return b.node('Cast', [x], { to: dtypeInfo(to).code })
}

/** The only element of a tensor without its axes. */
export function scalar(b: GraphBuilder, x: string): string {
  return b.node('Reshape', [x, b.literal('int64', [])])
}

/** A zero point as a float32 scalar; an absent one is 0. */
export function zeroOf(b: GraphBuilder, zeroPoint: string | undefined): string {
  return zeroPoint === undefined ? b.literal('float32', 0) : cast(b, scalar(b, zeroPoint), 'float32')
}

/** x minus its zero point, in float32. */
export function centre(b: GraphBuilder, x: string, zeroPoint: string | undefined): string {
  return b.node('Sub', [cast(b, x, 'float32'), zeroOf(b, zeroPoint)])
}

/** Float32 numbers rounded half to even and stopped at the ends of an integer type. */
export function saturate(b: GraphBuilder, x: string, dtype: DType): string {
  const ends = integerRange(dtype).map((end) => b.literal('float32', Number(end)))
  return cast(b, b.node('Clip', [b.node('Round', [x]), ...ends]), dtype)
}

/** x / scale, rounded, plus the zero point, stopped at the ends of `dtype`. */
export function requantize(
  b: GraphBuilder,
  x: string,
  scale: string,
  zeroPoint: string | undefined,
  dtype: DType,
): string {
  const zero = zeroPoint === undefined ? b.literal(dtype, 0) : scalar(b, zeroPoint)
  return b.node('QuantizeLinear', [x, scalar(b, scale), zero])
}

/** Throws SLP-O2 unless every parameter is a scalar, or a vector of one element. */
export function requireScalars(parameters: Readonly<Record<string, TensorFact | undefined>>): void {
  for (const [name, fact] of Object.entries(parameters)) requireScalar(name, fact)
}
