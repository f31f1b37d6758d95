/** What a run gives: values for the caller, in arrays of their own or of the caller's, and values that stay in memory. */
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import type { Graph } from '../../ir/graph.ts'
import { unknownOutput } from '../graph-census.ts'
import type { TypedArray } from '../input-elements.ts'
import { targetArray, writeInto } from '../into.ts'
import { type Held, type TensorPlace, toTensor, toValue } from './held.ts'
import type { Machine } from './machine.ts'
import { moveInto } from './state.ts'
import { readTensor } from './tensors.ts'

/** A run whose nodes have all run. */
export interface Ended {
  readonly machine: Pick<Machine, 'bytes'>
  readonly graph: Graph
  readonly values: Map<string, Held>
}

/** @param target An array that the output is written into. @throws SLP-S5 where no value has this name. */
export function outputOf(run: Ended, name: string, target: TypedArray | Tensor | undefined): Value {
  const held = heldOf(run, name)
  const { bytes } = run.machine
  return target ? readInto(name, held, bytes, target) : toValue(held, bytes)
}

/** Copies values to where they are kept. */
export function keepValues(run: Ended, keep: ReadonlyMap<string, readonly TensorPlace[]>): void {
  const { bytes } = run.machine
  const moves = [...keep].flatMap(([name, places]) => {
    const held = heldOf(run, name)
    const from = held.kind === 'memory' ? held.at : toTensor(held, bytes)
    if (!from)
      throw new SlipwayError('SLP-S3', `Cannot keep "${name}": it must be a tensor, got another value`)
    return places.map((to) => ({ from, to }))
  })
  moveInto(bytes, moves)
}

function heldOf({ graph, values }: Ended, name: string): Held {
  const value = graph.constants.get(name)
  const held = values.get(name) ?? (value && { kind: 'constant', value })
  if (held) return held
  throw unknownOutput(name, values.keys())
}

/** The output in the caller's array. */
function readInto(name: string, held: Held, bytes: () => Uint8Array, target: TypedArray | Tensor): Value {
  if (held.kind !== 'memory') return writeInto(name, toValue(held, bytes), target)
  const { address, dtype, shape } = held.at
  return readTensor(bytes(), address, dtype, shape, targetArray(name, held.at, target))
}
