/**
 * How work on planes with a sliding window is cut: planes into strips of output rows whose padded input stays in the
 * fastest cache, strips into tasks.
 */
import { phaseBytes as bytesOfPhase } from '../../kernel/spatial/padded-rows.ts'
import type { WindowAxis } from '../shared/window.ts'

export interface Strips {
  /** Output rows of a strip. */
  readonly rows: number
  /** Strips of a plane. */
  readonly perPlane: number
  /** Strips of a task. */
  readonly perTask: number
  readonly tasks: number
  /** Padded columns of an input row, bytes of one of its phases, and of the whole row. */
  readonly columns: number
  readonly phaseBytes: number
  readonly rowBytes: number
  readonly scratchBytes: number
}

/** A third of a first-level cache of 32 kB: the results and the next rows need room too. */
const stripBytes = 12 * 1024
/** Window elements that make a task worth its hand-over: some 20 to 50 microseconds. */
const taskWork = 1 << 20

/** The cut of so many planes. */
export function stripsOf(
  planes: number,
  [height, width]: readonly [WindowAxis, WindowAxis],
  threads: number,
): Strips {
  const columns = (width.output - 1) * width.stride + (width.kernel - 1) * width.dilation + 1
  const phase = bytesOfPhase(columns, width.stride)
  const rowBytes = width.stride * phase
  const window = (height.kernel - 1) * height.dilation + 1
  const inputRows = Math.max(window + 3 * height.stride, Math.floor(stripBytes / rowBytes))
  const most = Math.floor((inputRows - window) / height.stride) + 1
  const perPlane = Math.max(1, Math.ceil(height.output / most))
  const rows = Math.ceil(height.output / perPlane)
  const strips = planes * perPlane
  const work = rows * width.output * height.kernel * width.kernel
  const perTask = Math.max(1, Math.min(Math.floor(taskWork / work), Math.ceil(strips / threads)))
  return {
    rows,
    perPlane,
    perTask,
    tasks: Math.ceil(strips / perTask),
    columns,
    phaseBytes: phase,
    rowBytes,
    scratchBytes: ((rows - 1) * height.stride + window) * rowBytes + 128,
  }
}

/** Where each tap lies in the strip, in bytes from where the row of the output element begins. */
export function tapOffsets(
  [height, width]: readonly [WindowAxis, WindowAxis],
  { phaseBytes, rowBytes }: Strips,
): Int32Array {
  return Int32Array.from({ length: height.kernel * width.kernel }, (_, tap) => {
    const column = (tap % width.kernel) * width.dilation
    return (
      Math.floor(tap / width.kernel) * height.dilation * rowBytes +
      (column % width.stride) * phaseBytes +
      4 * Math.floor(column / width.stride)
    )
  })
}
