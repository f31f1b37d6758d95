/** Vectors by number. */
import { type Initializer, normal } from '../init/initializers.ts'
import { type Module, module } from '../module.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { parameter, type Variable } from '../variable.ts'

export interface EmbeddingOptions {
  /** Standard normal unless given. */
  readonly init?: Initializer
  /** A weight that another layer has too. */
  readonly weight?: Variable
}

/** Integers of any shape to vectors along a new last axis. Parameter `weight` [count, size]. */
export function embedding(
  count: number,
  size: number,
  { init = normal(), weight }: EmbeddingOptions = {},
): Module<[indices: Tensor], Tensor> {
  const parts = { weight: weight ?? parameter({ shape: [count, size], init }) }
  return module('embedding', parts, ({ weight }, indices: Tensor) => weight.tensor.take(indices))
}
