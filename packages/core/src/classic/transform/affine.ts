/** What all scalers do: (x - offset) * factor, feature by feature. */
import { floats } from '../../ir/builder.ts'
import { constantOf, type EmitContext, mlNode } from '../emit.ts'
import { type Matrix, matrix } from '../matrix.ts'

export interface Affine {
  readonly offset: Float64Array
  readonly factor: Float64Array
}

export function applyAffine(X: Matrix, { offset, factor }: Affine): Matrix {
  const { columns } = X
  return matrix(
    X.rows,
    columns,
    X.data.map((value, i) => (value - offset[i % columns]!) * factor[i % columns]!),
  )
}

/** The Scaler of ai.onnx.ml, which gives float32; in float64 its two steps. */
export function emitAffine(context: EmitContext, x: string, { offset, factor }: Affine): string {
  const { b, dtype } = context
  if (dtype === 'float32') {
    const attributes = {
      offset: floats([...offset.map(Math.fround)]),
      scale: floats([...factor.map(Math.fround)]),
    }
    return mlNode(context, 'Scaler', x, attributes)[0]!
  }
  const shape = [offset.length]
  const moved = b.node('Sub', [x, constantOf(context, dtype, shape, offset)])
  return b.node('Mul', [moved, constantOf(context, dtype, shape, factor)])
}

/** Scales so near 0 that a feature is constant become 1, so that it stays what it is. */
export const withoutZeros = (scale: Float64Array): Float64Array =>
  scale.map((value) => (Math.abs(value) < 10 * Number.EPSILON ? 1 : value))
