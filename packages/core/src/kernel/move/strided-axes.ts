/** Walks over two strided arrays in their simplest form, and how to run them. */
import { blockSide } from './block-transpose.ts'
import type { Unit } from './element.ts'
import type { RowAxis } from './rows.ts'

/**
 * What is done along the last axis. run: adjacent bytes to adjacent bytes. fill: one unit to all. gather: from units
 * at any distance to adjacent ones (twice, back: at two units, at minus one). scatter: the other way round. each: unit
 * by unit. transpose: the last two axes are exchanged, block by block.
 */
export type Inner = 'run' | 'fill' | 'gather' | 'twice' | 'back' | 'scatter' | 'each' | 'transpose'

export interface StridedWalk {
  readonly unit: Unit
  readonly inner: Inner
  /** Not empty; the innermost one is last, and for a transposition its partner before it. */
  readonly axes: readonly RowAxis[]
}

/** Axes of size 1 dropped, and neighbours that both arrays hold in one piece joined. None may be empty. */
export function joinAxes(axes: readonly RowAxis[]): readonly RowAxis[] {
  const joined: RowAxis[] = []
  for (const axis of axes) {
    const outer = joined.at(-1)
    if (axis.size === 1) continue
    if (outer && outer.from === axis.size * axis.from && outer.to === axis.size * axis.to)
      joined[joined.length - 1] = { ...axis, size: outer.size * axis.size }
    else joined.push(axis)
  }
  return joined
}

/** The walk over axes in the order of the target, outermost first; `unit` bytes at every place. */
export function stridedWalk(all: readonly RowAxis[], unit: 1 | 2 | 4 | 8): StridedWalk {
  const { axes, unit: wide } = widen(joinAxes(all), unit)
  const last = axes.at(-1)
  if (!last) return { unit: wide, inner: 'run', axes: [{ size: 1, from: wide, to: wide }] }
  const partner = axes.findLastIndex((axis, i) => i < axes.length - 1 && axis.from === wide)
  if (last.to === wide && last.from !== wide && last.from !== 0 && partner >= 0 && wide !== 16) {
    const other = axes[partner]!
    const swapped = [...axes.toSpliced(partner, 1).slice(0, -1), other]
    if (Math.min(other.size, last.size) >= blockSide[wide])
      return { unit: wide, inner: 'transpose', axes: [...swapped, last] }
    // Rows of so few elements cost more than their elements: the longer axis becomes the innermost.
    if (other.size > last.size)
      return { unit: wide, inner: 'scatter', axes: [...swapped.slice(0, -1), last, other] }
  }
  return { unit: wide, inner: innerOf(last, wide), axes }
}

function innerOf({ from, to }: RowAxis, unit: Unit): Inner {
  if (to !== unit) return from === unit ? 'scatter' : 'each'
  if (from === unit) return 'run'
  if (from === 0) return 'fill'
  if (unit === 16) return 'each'
  return from === 2 * unit ? 'twice' : from === -unit ? 'back' : 'gather'
}

/** A last axis of 2, 4, 8 or 16 bytes in one piece is a unit. */
function widen(axes: readonly RowAxis[], unit: 1 | 2 | 4 | 8): { axes: readonly RowAxis[]; unit: Unit } {
  const last = axes.at(-1)
  const wide = ([2, 4, 8, 16] as const).find((bytes) => bytes === (last?.size ?? 0) * unit)
  return wide && last?.from === unit && last.to === unit
    ? { axes: axes.slice(0, -1), unit: wide }
    : { axes, unit }
}
