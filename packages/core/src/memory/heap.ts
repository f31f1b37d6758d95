/** Blocks of a linear memory: first fit over a list of free ranges, growing the memory where none fits. */
import { SlipwayError } from '../base/errors.ts'
import { alignUp } from './place.ts'

export interface Heap {
  /**
   * Address of a block, aligned to 64 bytes. What is before it stays free as far as `gapBytes`: small blocks fill such
   * a gap first, so that a block at the end of the memory can be given back and taken again larger where it lies.
   * Throws SLP-L4 where the memory cannot grow.
   */
  allocate(sizeBytes: number, gapBytes?: number): number
  /** Gives a block back. */
  free(address: number): void
  /** Bytes in blocks that are not free. */
  readonly usedBytes: number
}

interface Range {
  start: number
  end: number
}

/** `extend` adds at least so many bytes at the end and gives the address where they begin, and their number. */
export function openHeap(extend: (sizeBytes: number) => { start: number; sizeBytes: number }): Heap {
  const free = openRanges()
  const blocks = new Map<number, number>()
  let usedBytes = 0
  /** Where the last extension ends. */
  let end = 0

  /** Adds what is missing behind the free range at the end. */
  const grow = (size: number) => {
    const added = extend(size - free.bytesBefore(end))
    end = added.start + added.sizeBytes
    free.insert({ start: added.start, end })
  }
  return {
    allocate(sizeBytes, gapBytes = 0) {
      const size = Math.max(64, alignUp(sizeBytes))
      const gap = alignUp(gapBytes)
      let address = free.take(size, gap)
      if (address === undefined) {
        grow(gap + size)
        address = free.take(size, gap)
      }
      if (address === undefined)
        throw new SlipwayError('SLP-L4', `Cannot allocate memory: no room for ${sizeBytes} bytes`)
      blocks.set(address, size)
      usedBytes += size
      return address
    },
    free(address) {
      const size = blocks.get(address)
      if (size === undefined) return
      blocks.delete(address)
      usedBytes -= size
      free.insert({ start: address, end: address + size })
    },
    get usedBytes() {
      return usedBytes
    },
  }
}

/** Free ranges in order, neighbours joined. */
function openRanges() {
  const free: Range[] = []
  const merge = (i: number) => {
    const [here, next] = [free[i], free[i + 1]]
    if (!here || !next || here.end !== next.start) return
    here.end = next.end
    free.splice(i + 1, 1)
  }
  return {
    insert(range: Range): void {
      const found = free.findIndex(({ start }) => start > range.start)
      const at = found < 0 ? free.length : found
      free.splice(at, 0, range)
      merge(at)
      merge(at - 1)
    },
    /** The start of the first range that holds so much behind the gap, which stays free. */
    take(size: number, gap: number): number | undefined {
      const i = free.findIndex((range) => range.end - range.start >= gap + size)
      const range = free[i]
      if (!range) return undefined
      const start = range.start + gap
      const rest = [
        { start: range.start, end: start },
        { start: start + size, end: range.end },
      ]
      free.splice(i, 1, ...rest.filter((part) => part.start < part.end))
      return start
    },
    /** Free bytes that end there. */
    bytesBefore(end: number): number {
      const last = free.at(-1)
      return last?.end === end ? last.end - last.start : 0
    },
  }
}
