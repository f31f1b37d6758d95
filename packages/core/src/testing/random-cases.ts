/** Tests on random data that say which seed failed. */
import { elementCount, type Shape } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { randomStream } from '../ops/random.ts'
import { type Gen, generator } from './gen.ts'

/** Tries `check` on fresh random numbers so many times; SLIPWAY_SEED picks other numbers. */
export function randomCases(times: number, check: (g: Gen, i: number) => void): void {
  const base = Number(process.env['SLIPWAY_SEED'] ?? 1)
  for (let i = 0; i < times; i++) {
    const seed = base * 1000 + i
    try {
      check(generator(randomStream(seed)), i)
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
}

/** A float tensor whose sums and products are exact, so that their order does not matter; some NaN and infinities. */
export function exactTensor(g: Gen, shape: Shape, isOdd = false): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, () => g.int(-8, 8) / 4)
  if (isOdd && data.length > 0) {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      data[g.int(0, data.length - 1)] = odd
  }
  return tensor('float32', shape, data)
}
