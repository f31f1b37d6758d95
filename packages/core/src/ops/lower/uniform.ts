/** Random numbers by key. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { uniformKernel } from '../../kernel/random/uniform.ts'
import { partsOf } from './parts-of-work.ts'

const turnsPerTask = 4096

/** Lowers RandomUniform: the numbers do not depend on how many tasks there are. */
export function lowerUniform(
  key: TensorRef,
  to: TensorRef,
  stream: number,
  { call, threads }: LowerContext,
): Refusal {
  const count = elementCount(to.shape)
  if (count === 0) return undefined
  const { each, tasks } = partsOf(Math.ceil(count / 16), turnsPerTask, threads)
  call(uniformKernel, { key: key.at, to: to.at, count, stream, turns: each }, tasks)
  return undefined
}
