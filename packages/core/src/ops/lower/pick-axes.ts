/**
 * Outputs whose elements are elements of the input, picked along each axis by itself, or a constant: padding and
 * nearest-neighbour resizing. Rows are copied as far as neighbours stay neighbours.
 */
import type { DType } from '../../base/dtype.ts'
import { elementCount, type Shape, stridesOf } from '../../base/shape.ts'
import { arrayOf } from '../../base/tensor.ts'
import type { KernelArgs, Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { type PickForm, pickKernel, type pickParams } from './pick-kernel.ts'

/** For every position of an axis of the output the one of the input, or -1 for the constant. */
export type Picks = readonly number[]

/** `fill` is where the constant lies; absent, it is 0. */
export function lowerPicks(
  x: TensorRef,
  y: TensorRef,
  picks: readonly Picks[],
  fill: Place | undefined,
  context: LowerContext,
): Refusal {
  const bytes = bytesOf(x.dtype)
  if (bytes === undefined) return `dtype ${x.dtype}`
  if (elementCount(y.shape) === 0) return undefined
  const { outer, shape, axes } = folded(x.shape, picks)
  const strides = stridesOf(shape)
  const rows = rowsOf(axes.slice(0, -1), strides)
  const last = axes.at(-1)!
  const run = longestRun(last)
  const repeat = run.length < last.length / 2 ? repeatOf(last, shape.at(-1)!) : 1
  const form: PickForm = { bytes, repeat: bytes === 4 && (repeat === 2 || repeat === 4) ? repeat : 1 }
  const table = (list: Int32Array) => context.table(new Uint8Array(list.buffer))
  const rowBytes = bytes * last.length
  const perTask = Math.max(1, Math.ceil(65536 / rowBytes))
  const count = outer * rows.length
  const rowsPerTask = Math.min(perTask, Math.ceil(count / context.threads))
  const args: KernelArgs<typeof pickParams> = {
    x: x.at,
    y: y.at,
    fill,
    rows: table(rows),
    columns: table(Int32Array.from(last)),
    count,
    rowsPerTask,
    rowCount: rows.length,
    outerBytes: bytes * elementCount(shape),
    elementBytes: bytes,
    width: last.length,
    runStart: run.start,
    runLength: run.length,
    runFrom: run.from,
    inputWidth: shape.at(-1)!,
  }
  context.call(pickKernel(form), args, Math.ceil(count / rowsPerTask))
  return undefined
}

function bytesOf(dtype: DType): 1 | 2 | 4 | 8 | undefined {
  if (dtype === 'string' || dtype.startsWith('complex') || dtype.endsWith('int4') || dtype.endsWith('int2'))
    return undefined
  const bytes = arrayOf(dtype).BYTES_PER_ELEMENT
  return bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8 ? bytes : undefined
}

const isWhole = (picks: Picks, size: number) => picks.length === size && picks.every((from, i) => from === i)

/** Axes before the first that changes are one, and so are those behind the last, with it: whole blocks are elements. */
function folded(shape: Shape, picks: readonly Picks[]) {
  const changed = shape.map((size, axis) => !isWhole(picks[axis]!, size))
  const first = Math.max(0, changed.indexOf(true))
  const last = changed.lastIndexOf(true)
  const inner = elementCount(shape.slice(last + 1))
  const outer = elementCount(shape.slice(0, first))
  if (last < 0) {
    const all = elementCount(shape)
    return { outer: 1, shape: [all], axes: [wholePicks(all)] }
  }
  const kept = shape.slice(first, last + 1)
  const axes = picks.slice(first, last + 1)
  if (inner === 1) return { outer, shape: kept, axes }
  return { outer, shape: [...kept, inner], axes: [...axes, wholePicks(inner)] }
}

const wholePicks = (size: number): Picks => Array.from({ length: size }, (_, i) => i)

/** Where the row of the input begins, in elements, that each row of the output takes; -1 for a constant row. */
function rowsOf(axes: readonly Picks[], strides: readonly number[]): Int32Array {
  let rows: number[] = [0]
  axes.forEach((picks, axis) => {
    rows = rows.flatMap((start) =>
      picks.map((from) => (start < 0 || from < 0 ? -1 : start + from * strides[axis]!)),
    )
  })
  return Int32Array.from(rows)
}

/** The longest part of an axis in which neighbours come from neighbours. */
function longestRun(picks: Picks): { start: number; length: number; from: number } {
  let best = { start: 0, length: 0, from: 0 }
  let start = 0
  for (let i = 1; i <= picks.length; i++) {
    if (i < picks.length && picks[i - 1]! >= 0 && picks[i] === picks[i - 1]! + 1) continue
    if (i - start > best.length && picks[start]! >= 0)
      best = { start, length: i - start, from: picks[start]! }
    start = i
  }
  return best
}

/** How often every element of the axis is repeated, or 1. */
function repeatOf(picks: Picks, size: number): number {
  const factor = picks.length / size
  return picks.every((from, i) => from === Math.floor(i / factor)) ? factor : 1
}
