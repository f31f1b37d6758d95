/** Ways to get values across a thread boundary with at most one copy of their elements. */
import type { DType } from '../base/dtype.ts'
import { arrayOf, type NumericData, type Tensor } from '../base/tensor.ts'
import type { Value } from '../base/value.ts'
import { mapTensors } from '../base/wide.ts'

export interface Moved {
  readonly values: ReadonlyMap<string, Value>
  /** Buffers to transfer; each is named once. */
  readonly transfer: readonly ArrayBuffer[]
}

export interface MoveOptions {
  /** True: the buffers may be taken from the caller. False: they are copied first, and the copies move. */
  readonly give: boolean
}

/**
 * Values whose elements lie in buffers that can change owner. Elements in shared memory and texts stay as they are.
 * A view of a part of a buffer is always copied, because transferring would take the whole buffer away.
 */
export function moveValues(values: ReadonlyMap<string, Value>, { give }: MoveOptions): Moved {
  const transfer = new Set<ArrayBuffer>()
  const move = (source: Tensor): Tensor => {
    if (Array.isArray(source.data)) return source
    const data = source.data as NumericData // Array.isArray does not narrow a readonly array away
    if (!(data.buffer instanceof ArrayBuffer)) return source
    // Not slice(), which makes no copy of a Node Buffer.
    const copy = () => new (arrayOf(source.dtype as Exclude<DType, 'string'>))(data as never) // string data is an array
    const own = give && data.byteLength === data.buffer.byteLength ? data : copy()
    transfer.add(own.buffer as ArrayBuffer) // shared memory was ruled out above
    return { ...source, data: own } as Tensor // same class of array, same dtype
  }
  const moved = new Map(
    [...values].map(([name, value]) => [name, mapTensors(value, move, (one) => one.kind === 'tensor')]),
  )
  return { values: moved, transfer: [...transfer] }
}
