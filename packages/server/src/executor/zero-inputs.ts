/** Inputs of zeros, to try a model with before anybody asks for it. */
import type { Tensor } from '@slipway/core'
import { tensorOfBytes } from '../oip/binary-tensor.ts'
import { elementBytes } from '../oip/datatype.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'

/** Bytes of a string without characters: its length. */
const emptyStringBytes = 4

/** Zeros, false and empty strings. Sizes that are open are 1, but `batch` where they come first. */
export function zeroInputs(specs: readonly ServedTensor[], batch: number): ReadonlyMap<string, Tensor> {
  return new Map(
    specs.map(({ name, datatype, shape, ranked }) => {
      const sizes = ranked ? shape.map((size, i) => (size === -1 ? (i === 0 ? batch : 1) : size)) : [batch]
      const bytes = sizes.reduce((a, b) => a * b, elementBytes(datatype) || emptyStringBytes)
      return [name, tensorOfBytes(name, datatype, sizes, new Uint8Array(bytes))]
    }),
  )
}

export function countElements(inputs: Iterable<Tensor>): number {
  let count = 0
  for (const { shape } of inputs) count += shape.reduce((a, b) => a * b, 1)
  return count
}
