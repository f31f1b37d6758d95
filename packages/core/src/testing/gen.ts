/** Random test data from a seeded stream. */
import { type DType, dtypeInfo } from '../base/dtype.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { RandomStream } from '../ops/random.ts'
import { flat } from './literals.ts'

export interface Gen {
  /** An integer in [low, high]. */
  int(low: number, high: number): number
  oneOf<T>(list: readonly T[]): T
  bool(): boolean
  /** Sizes around the edges of SIMD code: mostly small, sometimes 0. */
  shape(options?: { rank?: readonly [number, number]; most?: number; empty?: boolean }): number[]
  /** Floats near zero with an occasional NaN, infinity or negative zero; small integers for integer types. */
  tensor(dtype: DType, shape: Shape, options?: { finite?: boolean }): Tensor
}

const oddities = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]

/** Random shapes, elements and choices drawn from one stream. */
export function generator(random: RandomStream): Gen {
  const int = (low: number, high: number) => low + Math.floor(random.uniform() * (high - low + 1))
  const element = (dtype: DType, finite: boolean): number => {
    const { kind } = dtypeInfo(dtype)
    if (kind === 'bool') return int(0, 1)
    if (kind === 'uint') return int(0, 3)
    if (kind === 'int') return int(-2, 1)
    if (!finite && random.uniform() < 0.03) return oddities[int(0, 3)]!
    return Math.round(random.normal() * 1000) / 256
  }
  return {
    int,
    oneOf: (list) => list[int(0, list.length - 1)]!,
    bool: () => random.uniform() < 0.5,
    shape: ({ rank = [0, 4] as const, most = 5, empty = true } = {}) =>
      Array.from({ length: int(rank[0], rank[1]) }, () =>
        empty && random.uniform() < 0.05 ? 0 : int(1, most),
      ),
    tensor: (dtype, shape, { finite = true } = {}) => {
      const lanes = dtypeInfo(dtype).kind === 'complex' ? 2 : 1
      return flat(
        dtype,
        shape,
        Array.from({ length: elementCount(shape) * lanes }, () => element(dtype, finite)),
      )
    },
  }
}
