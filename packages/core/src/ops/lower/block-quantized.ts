/** Lowers products with, and gathers from, tensors that are quantized in blocks. */
import { elementCount, normalizeAxis } from '../../base/shape.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { arrangeRows, rowBlockBytes, unpackZeroPoints } from '../../kernel/nn/block-operands.ts'
import { blockDots, blockProducts, productScratch } from '../../kernel/nn/block-product.ts'
import { gatherBlocks } from '../../kernel/nn/gather-blocks.ts'
import { partsOf } from './parts-of-work.ts'

/** Rows from which on it pays to make columns floats first, numbers of a task, and the largest block. */
const [manyRows, taskNumbers, largestBlock] = [4, 2 ** 18, 256]

export interface MatMulNBitsRefs {
  readonly A: TensorRef
  readonly B: TensorRef
  readonly scales: TensorRef
  readonly zero_points: TensorRef | undefined
  readonly g_idx: TensorRef | undefined
  readonly bias: TensorRef | undefined
  readonly Y: TensorRef
}

export interface MatMulNBitsSpec {
  readonly K: number
  readonly N: number
  readonly bits: number
  readonly block_size: number
}

/** MatMulNBits of com.microsoft. */
export function lowerMatMulNBits(
  { A, B, scales, zero_points, g_idx, bias, Y }: MatMulNBitsRefs,
  { K, N, bits, block_size: block }: MatMulNBitsSpec,
  context: LowerContext,
): Refusal {
  if (A.dtype !== 'float32') return `dtype ${A.dtype}`
  if (g_idx) return 'columns that name their blocks'
  if (!isWidth(bits) || block > largestBlock) return `blocks of ${block} numbers of ${bits} bits`
  const rows = elementCount(A.shape) / K
  if (rows * N === 0 || K === 0) return K === 0 ? 'an empty sum' : undefined
  const blocks = Math.ceil(K / block)
  const form = { bits, block, zeros: zero_points !== undefined, bias: bias !== undefined }
  const few = rows < manyRows
  const x = context.temp('arranged rows', rows * blocks * rowBlockBytes(form, few))
  context.call(arrangeRows(form, few), { x: A.at, out: x, columns: K, blocks }, rows)
  const work = (taskNumbers / K) * (few ? 1 : Math.max(0.25, 4 / rows))
  const { each } = partsOf(Math.ceil(N / 4), work / 4, context.threads)
  const args = {
    x,
    weights: B.at,
    scales: scales.at,
    zeros: zero_points && zeroPoints(zero_points, { bits, N, blocks }, context),
    bias: bias?.at,
    y: Y.at,
    rows,
    columns: N,
    blocks,
    columnsPerTask: 4 * each,
  }
  const tasks = Math.ceil(Math.ceil(N / 4) / each)
  if (few) context.call(blockDots(context.target, form), args, tasks)
  else context.call(blockProducts(context.target, form), args, tasks, productScratch(form, blocks))
  return undefined
}

const isWidth = (bits: number): bits is 2 | 4 | 8 => bits === 2 || bits === 4 || bits === 8

/** Zero points as floats, one per block. */
function zeroPoints(
  { dtype, at }: TensorRef,
  { bits, N, blocks }: { readonly bits: number; readonly N: number; readonly blocks: number },
  { call, temp }: LowerContext,
): Place {
  if (dtype === 'float32') return at
  const out = temp('zero points', 4 * N * blocks)
  call(unpackZeroPoints(bits), { packed: at, out, blocks, rowBytes: Math.ceil((blocks * bits) / 8) }, N)
  return out
}

export interface GatherRefs {
  readonly data: TensorRef
  readonly indices: TensorRef
  readonly scales: TensorRef
  readonly zero_points: TensorRef | undefined
  readonly output: TensorRef
}

export interface GatherSpec {
  readonly bits: number
  readonly block_size: number
  readonly quantize_axis: number
  readonly gather_axis: number
}

/** GatherBlockQuantized of com.microsoft. */
export function lowerGatherBlocks(
  { data, indices, scales, zero_points, output }: GatherRefs,
  { bits, block_size: block, quantize_axis, gather_axis }: GatherSpec,
  { call }: LowerContext,
): Refusal {
  if (data.dtype !== 'uint8' || scales.dtype !== 'float32') return `dtypes ${data.dtype} and ${scales.dtype}`
  if (!isWidth(bits)) return `numbers of ${bits} bits`
  const rank = data.shape.length
  const [axis, last] = [normalizeAxis(gather_axis, rank), rank - 1]
  if (normalizeAxis(quantize_axis, rank) !== last || axis === last)
    return 'blocks along another axis than the last'
  if (elementCount(output.shape) === 0) return undefined
  const [count, size] = [elementCount(indices.shape), (data.shape[last]! * 8) / bits]
  const form = { bits, block, zeros: zero_points !== undefined, wideIndices: indices.dtype === 'int64' }
  const args = {
    data: data.at,
    indices: indices.at,
    scales: scales.at,
    zeros: zero_points?.at,
    y: output.at,
    count,
    axis: data.shape[axis]!,
    lines: elementCount(data.shape.slice(axis + 1, last)),
    size,
    blocks: Math.ceil(size / block),
  }
  call(gatherBlocks(form), args, elementCount(data.shape.slice(0, axis)) * count)
  return undefined
}
