/**
 * A window's taps as runs of elements, so that convolutions and pools of any rank are a loop over taps, runs and
 * elements with no index arithmetic inside.
 */
import { stridesOf } from '../../base/shape.ts'
import type { WindowAxis } from './window.ts'

/** What one position of the kernel meets as the window slides over one channel. */
export interface Tap {
  /** Row-major position in the kernel. */
  readonly kernel: number
  /**
   * Triples (first output element, first input element, length) along the last axis: output element `first + i`
   * meets input element `first + i * stride`. Positions in the padding are left out.
   */
  readonly runs: Int32Array
  /** Distance in the input between neighbours of a run. */
  readonly stride: number
}

interface Reach {
  readonly output: number
  readonly input: number
}

/** All taps of a window in row-major order of the kernel. */
export function tapsOf(axes: readonly WindowAxis[]): Tap[] {
  return collectTaps(axes, ({ kernel }) => ({ first: 0, end: kernel }))
}

/**
 * The taps that meet any element. A window without weights may ask for a kernel as large as its padding, which costs
 * a file nothing, so taps that stay in the padding are not even visited.
 */
export function meetingTapsOf(axes: readonly WindowAxis[]): Tap[] {
  return collectTaps(axes, ({ kernel, dilation, padBegin, output, stride, size }) => ({
    first: Math.max(0, Math.ceil((padBegin - (output - 1) * stride) / dilation)),
    end: Math.min(kernel, Math.floor((size - 1 + padBegin) / dilation) + 1),
  }))
}

interface Range {
  readonly first: number
  readonly end: number
}

function collectTaps(axes: readonly WindowAxis[], visited: (axis: WindowAxis) => Range): Tap[] {
  const last = axes.at(-1)!
  const outer = axes.slice(0, -1)
  const inputStrides = stridesOf(axes.map((axis) => axis.size))
  const outputStrides = stridesOf(axes.map((axis) => axis.output))
  const taps: Tap[] = []
  const visit = (depth: number, kernel: number, rows: readonly Reach[]): void => {
    if (depth < outer.length) {
      const axis = outer[depth]!
      const { first, end } = visited(axis)
      for (let k = first; k < end; k++) {
        const reached = reachesOf(axis, k)
        const next = rows.flatMap(({ output, input }) =>
          reached.map((one) => ({
            output: output + one.output * outputStrides[depth]!,
            input: input + one.input * inputStrides[depth]!,
          })),
        )
        visit(depth + 1, kernel * axis.kernel + k, next)
      }
      return
    }
    const range = visited(last)
    for (let k = range.first; k < range.end; k++) {
      const { first, length, input } = rangeOf(last, k)
      const runs = length > 0 ? rows.flatMap((row) => [row.output + first, row.input + input, length]) : []
      taps.push({ kernel: kernel * last.kernel + k, runs: Int32Array.from(runs), stride: last.stride })
    }
  }
  visit(0, 0, [{ output: 0, input: 0 }])
  return taps
}

/** Output positions of an axis at which tap `k` lies inside the input. */
function reachesOf(axis: WindowAxis, k: number): Reach[] {
  const { first, length, input } = rangeOf(axis, k)
  return Array.from({ length }, (_, i) => ({ output: first + i, input: input + i * axis.stride }))
}

/** Tap `k` meets input position `output * stride + offset`; those within [0, size) are a contiguous range. */
function rangeOf(axis: WindowAxis, k: number): { first: number; length: number; input: number } {
  const offset = k * axis.dilation - axis.padBegin
  const first = Math.max(0, Math.ceil(-offset / axis.stride))
  const end = Math.min(axis.output, Math.floor((axis.size - 1 - offset) / axis.stride) + 1)
  return { first, length: Math.max(0, end - first), input: first * axis.stride + offset }
}
