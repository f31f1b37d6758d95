/** Windows over planes: two axes, whatever the rank. */
import type { Shape } from '../../base/shape.ts'
import type { BoundEpilogue, LowerContext } from '../../kernel/lower.ts'
import type { WindowAxis } from '../shared/window.ts'
import { epilogueOver } from './plane-tasks.ts'

/** The window of an axis that is not there. */
const noAxis: WindowAxis = { size: 1, kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0, output: 1 }

/** Height and width of a window over one or two axes; undefined for more. */
export function planeAxes(axes: readonly WindowAxis[]): readonly [WindowAxis, WindowAxis] | undefined {
  if (axes.length === 1) return [noAxis, axes[0]!]
  return axes.length === 2 ? [axes[0]!, axes[1]!] : undefined
}

/** The epilogue over [batch, channels, height, width]; undefined where it does not lie along these axes. */
export function planeEpilogue(
  context: LowerContext,
  [batch, channels]: Shape,
  [rows, columns]: readonly [WindowAxis, WindowAxis],
): BoundEpilogue | undefined {
  return epilogueOver(context, [batch!, channels!, rows.output, columns.output])
}
