/** Seeded inputs of a model: the same for every engine and in every run of the benchmark. */
import { elementCount, type Graph, type Tensor, tensor } from '@slipway/core'
import type { Tensors } from './engines/adapter.ts'
import type { Element, Model } from './models.ts'

export const inputSeed = 20261101

/** Throws where the model has an input that is neither listed nor of fixed shape. */
export function inputsOf(graph: Graph, model: Pick<Model, 'name' | 'inputs' | 'integers'>): Tensors {
  const uniform = xorshift(inputSeed)
  const required = graph.inputs.filter((name) => !graph.constants.has(name))
  return new Map(
    required.map((name) => {
      const integer = model.integers?.[name]
      if (integer !== undefined) return [name, tensor('int64', [], BigInt64Array.of(BigInt(integer)))]
      const { shape, of } = model.inputs?.[name] ?? { shape: fixedShape(graph, name), of: 'noise' }
      return [name, draw(shape, of, uniform)]
    }),
  )
}

function fixedShape(graph: Graph, name: string): number[] {
  const type = graph.types.get(name)
  const shape = type?.kind === 'tensor' ? type.shape : undefined
  const fixed = shape?.filter((size) => typeof size === 'number')
  if (fixed && fixed.length === shape?.length) return fixed
  throw new Error(`Cannot make input "${name}": list its shape in bench/models.ts, got an open one`)
}

function draw(shape: readonly number[], of: Element, uniform: () => number): Tensor {
  const element = elements[of]
  return tensor(
    'float32',
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => element(uniform())),
  )
}

const elements: Readonly<Record<Element, (unit: number) => number>> = {
  noise: (unit) => 2 * unit - 1,
  pixels: (unit) => 250 * unit - 120,
  audio: (unit) => 0.2 * unit - 0.1,
  zeros: () => 0,
}

/** Marsaglia's xorshift32, in [0, 1): good enough for pixels, and quick for half a million of them. */
export function xorshift(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
