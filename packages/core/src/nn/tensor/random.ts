/** Random tensors: their numbers depend on the seed, the number of the call and the place in the function alone. */
import { tensor as hostTensor } from '../../base/tensor.ts'
import { apply, dataCell } from './apply.ts'
import { sizesOf } from './create.ts'
import type { Cell } from './origin.ts'
import type { Tensor } from './tensor.ts'

export interface RandomKey {
  readonly seed: number
  /** Counts what was drawn with the seed. */
  readonly call: number
}

/**
 * Uniform numbers in [0, 1), float32, of the shape of another tensor. Each call inside of a compiled function draws other
 * numbers, and so does each call of that function; outside of one a key says which.
 */
export function randomUniform(like: Tensor, key: RandomKey = { seed: 0, call: 0 }): Tensor {
  const { trace } = like.cell
  const stream = trace?.nextStream() ?? 0
  const cell = apply(
    'RandomUniform',
    [trace?.key ?? keyCell(key), sizesOf(like)],
    { stream },
    { domain: 'ai.slipway' },
  )
  return like.derive(cell)
}

function keyCell({ seed, call }: RandomKey): Cell {
  return dataCell(hostTensor('int64', [2], BigInt64Array.of(BigInt(seed), BigInt(call))))
}
