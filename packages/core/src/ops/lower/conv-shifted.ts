/** Convolutions into few maps: matrix products that read the image in place, from rows shifted for each column of a window. */
import { elementCount } from '../../base/shape.ts'
import { shiftedRows } from '../../kernel/conv/shifted-rows.ts'
import type { SourceOperand } from '../../kernel/gemm/problem.ts'
import type { LowerContext } from '../../kernel/lower.ts'
import { phaseBytes, phasesOf } from '../../kernel/spatial/padded-rows.ts'
import type { WindowAxis } from '../shared/window.ts'
import { lowerProduct } from './conv-gemm.ts'
import type { ConvProblem, ConvStrategy } from './conv-problem.ts'
import { planeAxes } from './plane-axes.ts'
import { oddLines } from './winograd/plan.ts'

/** With more maps, packing panels costs little beside the product, which is faster on them. */
const mostMaps = 16
const leastMaps = 4
/** Columns that steps do not split into more than two phases. */
const mostStep = 2
/** Steps of a sum that is not worth cutting. */
const mostDepth = 576
/** Bytes of the copies that a task makes: a part of the second-level cache. */
const blockTarget = 192 * 1024
/** Multiply-adds from which on a convolution is worth sharing out. */
const largeWork = 1e6

export const shiftedConvolution: ConvStrategy = {
  fits: ({ X, W, Y, axes, group }) => {
    const planes = planeAxes(axes)
    if (!planes) return false
    const maps = Y.shape[1]! / group
    const [, width] = planes
    const depth = elementCount(W.shape.slice(1))
    return (
      (group === 1 || group < X.shape[1]!) &&
      maps >= leastMaps &&
      maps <= mostMaps &&
      width.kernel > 1 &&
      width.stride <= mostStep &&
      depth > 0 &&
      depth <= mostDepth
    )
  },
  lower: (problem, context) => {
    const axes = planeAxes(problem.axes)
    return axes ? lowerProduct(problem, shiftedOperand(problem, axes, context), context) : 'three axes'
  },
}

type Axes = readonly [height: WindowAxis, width: WindowAxis]

function shiftedOperand({ X, W, Y, group }: ConvProblem, axes: Axes, context: LowerContext): SourceOperand {
  const [height, width] = axes
  const count = X.shape[0]! * group
  const depth = elementCount(W.shape.slice(1))
  const outRows = rowsOf(axes, depth, (Y.shape[1]! / group) * count, context.threads)
  const copies = copiesOf(axes, outRows)
  const channels = depth / (height.kernel * width.kernel)
  const phases = phasesOf(width.stride)
  const columns = (width.output - 1) * width.stride + (width.kernel - 1) * width.dilation + 1
  const phase = phaseBytes(columns, width.stride)
  const roomRows = copies.groups + (copies.groupRows - 1) * height.stride + 1
  const room = channels * width.kernel * copies.bytes + 128
  const table = (list: Int32Array) => context.table(new Uint8Array(list.buffer))
  return {
    form: 'source',
    at: X.at,
    count,
    batchBytes: (4 * elementCount(X.shape)) / count,
    unit: height.kernel * width.kernel,
    blocks: { columnBlock: outRows * width.output, depthBlock: depth },
    source: () => shiftedRows(phases, room + roomRows * width.stride * phase + 128),
    args: {
      shiftedHeight: height.size,
      shiftedWidth: width.size,
      shiftedOutWidth: width.output,
      shiftedPadTop: height.padBegin,
      shiftedPadLeft: width.padBegin,
      shiftedStride: height.stride,
      shiftedStep: width.stride,
      shiftedTaps: height.kernel * width.kernel,
      shiftedKernelWidth: width.kernel,
      shiftedRoom: room,
      shiftedRows: (outRows - 1) * height.stride + (height.kernel - 1) * height.dilation + 1,
      shiftedColumns: columns,
      shiftedPhaseBytes: phase,
      shiftedGroups: copies.groups,
      shiftedGroupRows: copies.groupRows,
      shiftedCopyBytes: copies.bytes,
      shiftedOffsets: table(columnOffsets(width, phase)),
      shiftedSteps: table(stepOffsets(axes, channels, copies)),
    },
  }
}

/** Rows of the output that a task computes. */
function rowsOf([height, width]: Axes, depth: number, maps: number, threads: number): number {
  const rowBytes = (4 * depth * width.output) / height.kernel
  const reach = Math.ceil(((height.kernel - 1) * height.dilation) / height.stride)
  const fit = Math.max(2, Math.floor(blockTarget / rowBytes) - reach)
  const isLarge = depth * maps * height.output * width.output > largeWork
  const shares = threads > 1 && isLarge ? 3 * threads : 1
  const blocks = Math.max(Math.ceil(height.output / fit), Math.min(shares, Math.ceil(height.output / 2)))
  return Math.ceil(height.output / blocks)
}

/** The copy of a channel for one column of the window: groups of rows that lie `stride` apart in the image. */
function copiesOf([height, width]: Axes, outRows: number) {
  const groups = height.kernel === 1 ? 1 : height.stride
  const groupRows = outRows + Math.floor(((height.kernel - 1) * height.dilation) / height.stride)
  return { groups, groupRows, bytes: oddLines(4 * width.output * groups * groupRows) }
}

const columnOffsets = ({ kernel, dilation, stride }: WindowAxis, phase: number) =>
  Int32Array.from({ length: kernel }, (_, tap) => {
    const column = tap * dilation
    return (column % stride) * phase + 4 * Math.floor(column / stride)
  })

function stepOffsets([height, width]: Axes, channels: number, copies: ReturnType<typeof copiesOf>) {
  const taps = height.kernel * width.kernel
  return Int32Array.from({ length: channels * taps }, (_, step) => {
    const [channel, tap] = [Math.floor(step / taps), step % taps]
    const [column, down] = [tap % width.kernel, Math.floor(tap / width.kernel) * height.dilation]
    const row = (down % height.stride) * copies.groupRows + Math.floor(down / height.stride)
    return (channel * width.kernel + column) * copies.bytes + 4 * row * width.output
  })
}
