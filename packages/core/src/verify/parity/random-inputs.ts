/** Seeded inputs for a graph: the same seed gives the same values everywhere. */
import { type Dim, dimText, isKnown, substitute } from '../../base/dim.ts'
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { Shape } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import { typeText, type Value } from '../../base/value.ts'
import { narrow, wideZeros } from '../../base/wide.ts'
import type { Graph } from '../../ir/graph.ts'
import { type RandomStream, randomStream } from '../../ops/random.ts'

export interface RandomInputOptions {
  readonly seed: number
  /** Size of an open first axis. */
  readonly batch: number
  /** Shapes of inputs by name. */
  readonly shapes?: ReadonlyMap<string, Shape> | undefined
}

/** What open sizes other than the batch are, unless their name is one that another input has settled. */
const openSize = 8

/** The inputs that a run must be given: those without a default. */
export function requiredInputs({ inputs, constants }: Graph): readonly string[] {
  return inputs.filter((name) => !constants.has(name))
}

/**
 * Values for all required inputs. Floats are standard normal numbers, integers 0 or 1, which most tables of indices
 * hold.
 *
 * @throws SLP-S2 for an input that is no tensor of known rank.
 */
export function randomInputs(graph: Graph, options: RandomInputOptions): Map<string, Value> {
  const sizes = settledSizes(graph, options)
  return new Map(
    requiredInputs(graph).map((name, i) => {
      const type = graph.types.get(name)
      const given = options.shapes?.get(name)
      if (type?.kind !== 'tensor' || !(given ?? type.shape)) {
        const got = type ? typeText(type) : 'an unknown type'
        throw new SlipwayError(
          'SLP-S2',
          `Cannot make input "${name}": it must be a tensor of known rank, got ${got}`,
          { remedy: 'Give its value, or its shape.' },
        )
      }
      const shape = given ?? type.shape!.map((dim, axis) => sizeOf(dim, axis, sizes, options.batch))
      return [name, randomTensor(type.dtype, shape, randomStream(options.seed, i))]
    }),
  )
}

/** Sizes by name, as the given shapes say them, and the batch. */
function settledSizes(graph: Graph, { shapes, batch }: RandomInputOptions): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const [name, shape] of shapes ?? []) {
    const type = graph.types.get(name)
    if (type?.kind !== 'tensor') continue
    type.shape?.forEach((dim, axis) => {
      if (!isKnown(dim) && shape[axis] !== undefined) sizes.set(dimText(dim), shape[axis])
    })
  }
  for (const name of requiredInputs(graph)) {
    const dim = batchDim(graph, name)
    if (dim !== undefined && !sizes.has(dim)) sizes.set(dim, batch)
  }
  return sizes
}

function sizeOf(dim: Dim, axis: number, sizes: ReadonlyMap<string, number>, batch: number): number {
  const known = substitute(dim, sizes)
  return isKnown(known) ? known : axis === 0 ? batch : openSize
}

/** The text of an open first axis; undefined where it is fixed. */
export function batchDim(graph: Graph, input: string): string | undefined {
  const type = graph.types.get(input)
  const first = type?.kind === 'tensor' ? type.shape?.[0] : undefined
  return first === undefined || isKnown(first) ? undefined : dimText(first)
}

function randomTensor(dtype: DType, shape: Shape, random: RandomStream): Tensor {
  const target = wideZeros(dtype, shape)
  const { data } = target
  const { kind } = dtypeInfo(dtype)
  const isFloat = kind === 'float' || kind === 'complex'
  for (let i = 0; i < data.length; i++) {
    if (data instanceof Float64Array) data[i] = isFloat ? random.normal() : Math.floor(random.uniform() * 2)
    else if (Array.isArray(data)) data[i] = `text ${Math.floor(random.uniform() * 2)}`
    else data[i] = BigInt(Math.floor(random.uniform() * 2))
  }
  return narrow(target)
}
