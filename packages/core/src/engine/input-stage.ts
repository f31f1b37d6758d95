/** Where a run's inputs lie in the memory that its worker reads: copied there once, or not at all. */

import { storageBytes } from '../base/storage.ts'
import type { NumericData, Tensor } from '../base/tensor.ts'
import type { Value } from '../base/value.ts'
import { alignUp } from '../memory/place.ts'
import type { ProgramMemory } from './program-memory.ts'
import type { TensorPlace } from './wasm/held.ts'

export interface Staged {
  readonly placed: ReadonlyMap<string, TensorPlace>
  /** Values that have to travel in the message. */
  readonly others: ReadonlyMap<string, Value>
}

export interface InputStage {
  /**
   * Copies what is worth it, and leaves alone what lies in the memory already. What was placed before is gone.
   *
   * @param give true where the memory of the values may be taken, which costs less than a copy.
   */
  place(inputs: ReadonlyMap<string, Value>, give: boolean): Staged
  close(): void
}

/** A message carries less than this as fast; small integers also choose plans, by their values. */
const leastBytes = 4096

export function openInputStage(memory: ProgramMemory): InputStage {
  let block: { readonly address: number; readonly sizeBytes: number } | undefined
  /** The block with at least so much room: the same one from run to run, so that plans find inputs where they were. */
  const reserve = (sizeBytes: number): number | undefined => {
    if (block && block.sizeBytes >= sizeBytes) return block.address
    if (block) memory.free(block.address)
    const address = memory.allocate(sizeBytes)
    block = address === undefined ? undefined : { address, sizeBytes }
    return address
  }
  return {
    place(inputs, give) {
      const placed = new Map<string, TensorPlace>()
      const copied: (readonly [string, Tensor, NumericData])[] = []
      let sizeBytes = 0
      for (const [name, value] of inputs) {
        const data = kernelData(value)
        if (!data || value.kind !== 'tensor') continue
        const address = memory.addressOf(data)
        if (address !== undefined) placed.set(name, placeOf(value, data, address))
        else if (!give) {
          copied.push([name, value, data])
          sizeBytes += alignUp(data.byteLength)
        }
      }
      let next = sizeBytes === 0 ? undefined : reserve(sizeBytes)
      if (next !== undefined) {
        const bytes = memory.bytes()
        for (const [name, value, data] of copied) {
          bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), next)
          placed.set(name, placeOf(value, data, next))
          next += alignUp(data.byteLength)
        }
      }
      return { placed, others: new Map([...inputs].filter(([name]) => !placed.has(name))) }
    },
    close() {
      if (block) memory.free(block.address)
      block = undefined
    },
  }
}

/** The elements of a large tensor that kernels can hold. */
function kernelData(value: Value): NumericData | undefined {
  if (value.kind !== 'tensor' || storageBytes(value.dtype) === undefined) return undefined
  const data = value.data as NumericData // kernels hold no strings
  return data.byteLength >= leastBytes ? data : undefined
}

function placeOf({ dtype, shape }: Tensor, data: NumericData, address: number): TensorPlace {
  return { address, sizeBytes: data.byteLength, dtype, shape }
}
