/** Results of a model as the protocols carry them. */
import { SlipwayError, type Tensor, type Value } from '@slipway/core'

/** Throws SLP-S8 for outputs that no protocol can carry. */
export function tensorsOf(values: ReadonlyMap<string, Value>): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>()
  for (const [name, value] of values) {
    if (value.kind !== 'tensor')
      throw new SlipwayError(
        'SLP-S8',
        `Cannot return output "${name}": it must be a tensor, got ${value.kind}`,
      )
    tensors.set(name, value)
  }
  return tensors
}
