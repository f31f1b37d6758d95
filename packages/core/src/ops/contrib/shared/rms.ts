/** Division by the root mean square, in terms of standard operators. */
import type { DType } from '../../../base/dtype.ts'
import { float, type GraphBuilder } from '../../../ir/builder.ts'
import { castTo } from '../../shared/cast-node.ts'

export interface RmsSpec {
  readonly axis: number
  readonly epsilon: number
  readonly dtype: DType
}

/** RMSNormalization in float32, whatever the type of x. */
export function rmsNormalize(b: GraphBuilder, x: string, scale: string, spec: RmsSpec): string {
  return b.node('RMSNormalization', [x, scale], { axis: spec.axis, epsilon: float(spec.epsilon) })
}

/** 1 / root mean square over `axes` in the stash type, with epsilon under the root. */
export function inverseRoot(
  b: GraphBuilder,
  x: string,
  axes: readonly number[],
  { epsilon, dtype }: RmsSpec,
  stash: DType,
): string {
  const wide = castTo(b, x, dtype, stash)
  const mean = b.node('ReduceMean', [b.node('Mul', [wide, wide]), b.literal('int64', axes)])
  return b.node('Reciprocal', [b.node('Sqrt', [b.node('Add', [mean, b.literal(stash, epsilon)])])])
}
