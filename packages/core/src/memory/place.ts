/**
 * Offsets of buffers in an arena, so that buffers that are in use at the same time do not overlap. Greedy by size:
 * the largest buffer first, each at the lowest offset that is free for as long as it lives (the strategy that TFLite's
 * study found best: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
 */
import type { Buffer } from '../kernel/kernel.ts'
import type { Lifetime } from './lifetimes.ts'

export interface Placement {
  readonly offsets: ReadonlyMap<Buffer, number>
  readonly sizeBytes: number
  /** The largest sum of sizes that are live at one time: no placement can be smaller. */
  readonly lowerBoundBytes: number
}

export const alignBytes = 64

export const alignUp = (value: number): number => Math.ceil(value / alignBytes) * alignBytes

interface Placed extends Lifetime {
  readonly start: number
  readonly end: number
}

export function placeBuffers(live: ReadonlyMap<Buffer, Lifetime>): Placement {
  const offsets = new Map<Buffer, number>()
  // Kept in order of their start, so that one walk finds the first gap.
  const placed: Placed[] = []
  let sizeBytes = 0
  const order = [...live].sort(([a], [b]) => b.sizeBytes - a.sizeBytes)
  for (const [buffer, { first, last }] of order) {
    const size = alignUp(buffer.sizeBytes)
    let start = 0
    for (const other of placed) {
      if (other.last < first || other.first > last) continue
      if (other.start >= start + size) break
      start = Math.max(start, other.end)
    }
    offsets.set(buffer, start)
    const one = { start, end: start + size, first, last }
    const at = placed.findIndex((other) => other.start > start)
    placed.splice(at < 0 ? placed.length : at, 0, one)
    sizeBytes = Math.max(sizeBytes, one.end)
  }
  return { offsets, sizeBytes, lowerBoundBytes: lowerBound(live) }
}

function lowerBound(live: ReadonlyMap<Buffer, Lifetime>): number {
  const change = new Map<number, number>()
  const add = (at: number, bytes: number) => void change.set(at, (change.get(at) ?? 0) + bytes)
  for (const [buffer, { first, last }] of live) {
    add(first, alignUp(buffer.sizeBytes))
    add(last + 1, -alignUp(buffer.sizeBytes))
  }
  let [now, most] = [0, 0]
  for (const at of [...change.keys()].sort((a, b) => a - b)) {
    now += change.get(at)!
    most = Math.max(most, now)
  }
  return most
}
