/** Inputs of zeros, to try a model with before anybody asks for it. */
import type { Tensor } from '@slipway/core'
import { zeros } from '../config/warmup-data.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'

/** Zeros, false and empty strings. Sizes that are open are 1, but `batch` where they come first. */
export function zeroInputs(specs: readonly ServedTensor[], batch: number): ReadonlyMap<string, Tensor> {
  return new Map(
    specs.map(({ name, datatype, shape, ranked }) => {
      const sizes = ranked ? shape.map((size, i) => (size === -1 ? (i === 0 ? batch : 1) : size)) : [batch]
      return [name, zeros(name, datatype, sizes)]
    }),
  )
}

export function countElements(inputs: Iterable<Tensor>): number {
  let count = 0
  for (const { shape } of inputs) count += shape.reduce((a, b) => a * b, 1)
  return count
}
