/** The gradient of a convolution's weights: how its sum is cut into chunks, splits and tasks. */
import { elementCount } from '../../base/shape.ts'
import { mostSteps, rowPitch, weightGradientKernel } from '../../kernel/conv/weight-gradient.ts'
import { laneTileBytes, laneTileOf } from '../../kernel/gemm/lane-tile.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { phaseBytes, phasesOf } from '../../kernel/spatial/padded-rows.ts'
import { lowerSumOfParts } from '../../kernel/sum-parts.ts'
import type { WindowAxis } from '../shared/window.ts'
import { padAxes } from './conv-gemm.ts'

export interface WeightGradientProblem {
  readonly X: TensorRef
  readonly dY: TensorRef
  readonly dW: TensorRef
  readonly group: number
  /** Windows over X; as many outputs as dY has. */
  readonly axes: readonly WindowAxis[]
}

/** Taps whose rows fit into scratch. */
const mostTaps = 4096

/** Lowers the sum over all images and outputs; its order depends on the shapes alone. */
export function lowerWeightGradient(problem: WeightGradientProblem, context: LowerContext): Refusal {
  const { X, dY, dW, group, axes } = problem
  if (dW.dtype !== 'float32') return `dtype ${dW.dtype}`
  if (axes.length > 3) return `${axes.length} spatial axes`
  const taps = elementCount(axes.map(({ kernel }) => kernel))
  if (taps > mostTaps) return `a window of more than ${mostTaps} taps`
  if (elementCount(dW.shape) === 0) return undefined
  const window = planOf(axes)
  const [depth, height, width] = window
  const [channels, maps] = [X.shape[1]! / group, dY.shape[1]! / group]
  const planes = X.shape[0]! * depth.output
  const chunks = chunksOf(planes, height.output, width.output)
  const blocks = blocksOf(
    { maps, channels, taps, group, steps: elementCount(dY.shape) / dY.shape[1]! },
    chunks.chunks,
  )
  const tile = laneTileOf(context.target)
  const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit
  const [dyRows, xRows] = [
    roundUp(blocks.mapBlock, tile.rows),
    roundUp(blocks.channelBlock * taps, tile.columns),
  ]
  const dyAt = roundUp((dyRows / tile.rows) * (xRows / tile.columns) * laneTileBytes(tile), 64)
  const xAt = dyAt + dyRows * rowPitch
  const roomAt = xAt + xRows * rowPitch
  const isInside = window.every(liesInside) && width.stride === 1
  const padded = paddedOf(window, chunks)
  const { splits } = blocks
  const dw = splits === 1 ? dW.at : context.temp('parts of the sum', 4 * splits * elementCount(dW.shape))
  context.call(
    weightGradientKernel(context.target, isInside ? 'inside' : phasesOf(width.stride)),
    {
      x: X.at,
      dy: dY.at,
      dw,
      channels,
      maps,
      groups: group,
      columns: channels * taps,
      planes,
      ...chunks,
      splitChunks: blocks.splitChunks,
      mapBlock: blocks.mapBlock,
      mapBlocks: blocks.mapBlocks,
      channelBlock: blocks.channelBlock,
      channelBlocks: blocks.channelBlocks,
      dyAt,
      xAt,
      roomAt,
      ...windowArgs(window),
      reachWidth: (width.kernel - 1) * width.dilation,
      phaseBytes: padded.phaseBytes,
      columnTaps: context.table(new Uint8Array(columnTaps(width, isInside ? 0 : padded.phaseBytes).buffer)),
    },
    splits * group * blocks.mapBlocks * blocks.channelBlocks,
    roomAt + (isInside ? 0 : padded.bytes) + 64,
  )
  if (splits > 1) lowerSumOfParts(context, dw, dW.at, splits, elementCount(dW.shape))
  return undefined
}

type Window = readonly [depth: WindowAxis, height: WindowAxis, width: WindowAxis]

/** Three axes; windows of one tap at every pixel see lines, whatever the shape. */
function planOf(axes: readonly WindowAxis[]): Window {
  const isPoint = axes.every(
    (axis) => axis.kernel === 1 && axis.stride === 1 && axis.padBegin === 0 && axis.output === axis.size,
  )
  const size = elementCount(axes.map((axis) => axis.size))
  const flat = isPoint ? [{ ...axes[0]!, size, output: size }] : axes
  return padAxes(flat, 3) as Window // of three
}

const liesInside = ({ size, kernel, stride, dilation, padBegin, output }: WindowAxis) =>
  padBegin === 0 && (output - 1) * stride + (kernel - 1) * dilation + 1 <= size

/** As many whole planes as fit a chunk, else rows of a plane, else parts of a row, all about alike. */
function chunksOf(planes: number, outHeight: number, outWidth: number) {
  const even = (size: number, most: number) => {
    const blocks = Math.max(1, Math.ceil(size / Math.max(1, most)))
    return { each: Math.max(1, Math.ceil(size / blocks)), blocks }
  }
  const columns = even(outWidth, mostSteps)
  const rows = even(outHeight, columns.blocks > 1 ? 1 : Math.floor(mostSteps / Math.max(1, outWidth)))
  const planeBlocks = rows.blocks * columns.blocks
  const whole = even(planes, planeBlocks > 1 ? 1 : Math.floor(mostSteps / Math.max(1, outHeight * outWidth)))
  return {
    chunkPlanes: whole.each,
    chunkRows: rows.each,
    chunkColumns: columns.each,
    planeBlocks,
    rowBlocks: rows.blocks,
    chunks: planes * outHeight * outWidth === 0 ? 0 : Math.ceil(planes / whole.each) * planeBlocks,
  }
}

/** Rows that stay in the second-level cache. */
const [mostMaps, mostColumns] = [66, 75]
/** Multiply-adds that make a task worth its hand-over. */
const leastWork = 5e5
/** Tasks for any number of threads that a machine may have. */
const wantedTasks = 32

interface Sizes {
  readonly maps: number
  readonly channels: number
  readonly taps: number
  readonly group: number
  readonly steps: number
}

/** Nothing here may depend on the number of threads: it is the order of the sum. */
function blocksOf({ maps, channels, taps, group, steps }: Sizes, chunks: number) {
  const mapBlocks = Math.ceil(maps / mostMaps)
  const mapBlock = Math.ceil(maps / mapBlocks)
  const channelBlock = Math.min(channels, Math.max(1, Math.floor(mostColumns / taps)))
  const channelBlocks = Math.ceil(channels / channelBlock)
  const tasks = group * mapBlocks * channelBlocks
  const work = maps * channels * taps * group * steps
  const wanted = Math.min(Math.ceil(wantedTasks / tasks), Math.floor(work / tasks / leastWork), chunks)
  const splitChunks = Math.max(1, Math.ceil(chunks / Math.max(1, wanted)))
  return {
    mapBlock,
    mapBlocks,
    channelBlock,
    channelBlocks,
    splitChunks,
    splits: Math.max(1, Math.ceil(chunks / splitChunks)),
  }
}

interface Chunk {
  readonly chunkRows: number
  readonly chunkColumns: number
}

function paddedOf([, height, width]: Window, { chunkRows, chunkColumns }: Chunk) {
  const columns = (chunkColumns - 1) * width.stride + (width.kernel - 1) * width.dilation + 1
  const rows = (chunkRows - 1) * height.stride + (height.kernel - 1) * height.dilation + 1
  const phase = phaseBytes(columns, width.stride)
  return { phaseBytes: phase, bytes: rows * width.stride * phase + 64 }
}

function columnTaps({ kernel, dilation, stride }: WindowAxis, phase: number): Int32Array {
  return Int32Array.from({ length: kernel }, (_, tap) => {
    const column = tap * dilation
    return phase === 0 ? 4 * column : (column % stride) * phase + 4 * Math.floor(column / stride)
  })
}

function windowArgs([depth, height, width]: Window) {
  return {
    outDepth: depth.output,
    outHeight: height.output,
    outWidth: width.output,
    inDepth: depth.size,
    inHeight: height.size,
    inWidth: width.size,
    kernelDepth: depth.kernel,
    kernelHeight: height.kernel,
    kernelWidth: width.kernel,
    strideDepth: depth.stride,
    strideHeight: height.stride,
    strideWidth: width.stride,
    dilationDepth: depth.dilation,
    dilationHeight: height.dilation,
    padDepth: depth.padBegin,
    padHeight: height.padBegin,
    padWidth: width.padBegin,
  }
}
