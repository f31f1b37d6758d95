import { elementCount } from '../../base/shape.ts'
import { type Pool, visitWindows } from './pool.ts'
import { meetingTapsOf } from './taps.ts'
import type { WindowAxis } from './window.ts'

/** How many elements the mean of each window of a plane is taken over: those inside X, or inside its padding too. */
export function windowCounts(pool: Pool, includePadding: boolean): Float64Array {
  return countWindows(includePadding ? withPadding(pool) : pool)
}

/** The same for windows over the axes of one plane. */
export function windowCountsOf(axes: readonly WindowAxis[], includePadding: boolean): Float64Array {
  const taps = meetingTapsOf(axes)
  const sizes = axes.map(({ output }) => output)
  const [inputPlane, outputPlane] = [elementCount(axes.map(({ size }) => size)), elementCount(sizes)]
  return windowCounts(
    { axes, taps, shape: [1, 1, ...sizes], planes: 1, inputPlane, outputPlane },
    includePadding,
  )
}

/** Elements that each window of a plane meets. */
function countWindows(pool: Pool): Float64Array {
  const counts = new Float64Array(pool.outputPlane)
  visitWindows({ ...pool, planes: 1 }, (output) => {
    counts[output] = counts[output]! + 1
  })
  return counts
}

/** The same windows over X with its padding made real; a window may still reach beyond it under ceil_mode. */
function withPadding(pool: Pool): Pool {
  const axes = pool.axes.map((axis) => ({
    ...axis,
    size: axis.size + axis.padBegin + axis.padEnd,
    padBegin: 0,
    padEnd: 0,
  }))
  return { ...pool, axes, taps: meetingTapsOf(axes), inputPlane: elementCount(axes.map((axis) => axis.size)) }
}
