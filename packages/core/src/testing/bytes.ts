/** Random tensors of 8-bit numbers over their whole range, and how quantized results may differ. */
import { type DType, integerRange } from '../base/dtype.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Gen } from './gen.ts'
import { flat } from './literals.ts'

/** Any numbers of an integer type, its ends more often than others. */
export function wholeRange(g: Gen, dtype: DType, shape: Shape): Tensor {
  const [low, high] = integerRange(dtype).map(Number) as [number, number] // of two
  const list = Array.from({ length: elementCount(shape) }, () =>
    g.int(0, 9) === 0 ? g.oneOf([low, high]) : g.int(low, high),
  )
  return flat(dtype, shape, list)
}

/** Scales: powers of two, with which rescaled sums are exact and often lie halfway, or any. */
export function scales(g: Gen, shape: Shape, isPower: boolean, least: number, most: number): Tensor {
  const list = Array.from({ length: elementCount(shape) }, () => {
    const exponent = g.int(least, most)
    return isPower ? 2 ** exponent : Math.fround(2 ** exponent * (1 + g.int(0, 1000) / 1001))
  })
  return flat('float32', shape, list)
}
