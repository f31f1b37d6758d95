/** C = A · B of 8-bit integers for a batch of matrices: how they are packed, and in which blocks. */
import { blocksOf } from '../gemm/blocks.ts'
import type { PanelSource } from '../gemm/gemm-kernel.ts'
import type { Packing } from '../gemm/pack.ts'
import type { Place } from '../kernel.ts'
import type { Epilogue, LowerContext, Refusal } from '../lower.ts'
import type { RegisterTile } from '../target.ts'
import type { ByteType } from './bytes.ts'
import type { Factors } from './factors.ts'
import { bytePanelKernel, bytePanels } from './pack-bytes.ts'
import { pairBytes, pairKernel } from './pack-pairs.ts'
import { type ProductForm, productKernel, productScratchBytes } from './product-kernel.ts'
import { rowSumKernel } from './row-sums.ts'

/** Matrices one behind the other. */
export interface ByteOperand {
  readonly form: 'plain'
  readonly at: Place
  readonly dtype: ByteType
  readonly count: number
  /** Stored with rows and columns swapped. */
  readonly isTurned: boolean
  readonly zero: Place | undefined
  /** One for each row of A, or column of B; or for those of all matrices. */
  readonly zeros: 'none' | 'one' | 'each' | 'all'
}

/** What tasks make their panels of B from. */
export interface ByteSource {
  readonly form: 'source'
  readonly at: Place
  readonly count: number
  readonly batchBytes: number
  readonly source: PanelSource
  readonly args: Readonly<Record<string, number | Place | undefined>>
}

export type ProductOutput =
  | { readonly kind: 'int32' }
  | {
      readonly kind: 'float32'
      readonly factors: Factors
      readonly bias: Place | undefined
      readonly epilogue: Epilogue | undefined
    }
  | { readonly kind: ByteType; readonly factors: Factors; readonly zero: Place | undefined }

export interface IntegerProduct {
  readonly a: ByteOperand
  readonly b: ByteOperand | ByteSource
  readonly c: Place
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** Matrices in C. */
  readonly count: number
  readonly pairs?: readonly (readonly [a: number, b: number])[] | undefined
  /** Sums start from an int32 per row, other ones for every matrix of A; or per column; or from one. */
  readonly start?: { readonly along: 'rows' | 'columns'; readonly at: Place } | undefined
  /** Whether factors belong to rows, other ones for every matrix of A, or to columns. */
  readonly factors: 'rows' | 'columns'
  readonly output: ProductOutput
}

/** The tile of sums: there are eight of them at most, for a product needs a register on its way to its sum. */
export const integerTile: RegisterTile = { rows: 4, vectors: 2 }

function tileFor({ rows, b }: IntegerProduct): RegisterTile {
  if (b.form === 'source' || rows >= 4) return integerTile
  return rows === 1 ? { rows: 1, vectors: 4 } : { rows: 2, vectors: 4 }
}

/** Products of numbers of 9 bits that fit a sum of 32 bits. */
export const mostSteps = Math.floor(2 ** 31 / (255 * 255))

/** Adds the calls. */
export function lowerProduct(context: LowerContext, problem: IntegerProduct): Refusal {
  const { a, b, c, rows, columns, depth, count, pairs, start, output } = problem
  const own = output.kind === 'float32' ? output.epilogue : undefined
  const epilogue = own?.bind([count, rows, columns])
  if (own && !epilogue) return 'an epilogue that does not lie along the product'
  if (rows * columns * count === 0) return undefined
  const tile = tileFor(problem)
  const width = 4 * tile.vectors
  const steps = Math.ceil(depth / 2)
  const blocks = blocksOf({ rows, columns, depth: steps, count }, tile, {
    threads: context.threads,
    unit: Math.max(1, steps),
    isPacking: b.form === 'source',
  })
  const left = packRows(context, a, tile.rows, rows, depth)
  const right = b.form === 'plain' ? packColumns(context, b, width, columns, depth) : undefined
  const factors = output.kind === 'int32' ? undefined : output.factors
  const single = factors === undefined || factors.count === 1
  const form: ProductForm = {
    tile,
    b:
      b.form === 'source'
        ? { kind: 'source', source: b.source }
        : { kind: 'bytes', dtype: b.dtype, zeros: b.zeros === 'all' ? 'each' : b.zeros },
    start: start?.along ?? 'none',
    output: output.kind,
    factors: single ? 'rows' : problem.factors,
    hasBias: output.kind === 'float32' && output.bias !== undefined,
    epilogue,
  }
  const perMatrix = a.count > 1 ? 4 * rows : 0
  const args = {
    a: left.at,
    b: right?.at ?? b.at,
    c,
    start: start?.at,
    factors: factors?.at,
    bias: output.kind === 'float32' ? output.bias : undefined,
    bZero: b.form === 'plain' ? b.zero : undefined,
    rowSums: b.form === 'plain' && b.zeros !== 'none' ? sumRows(context, a, rows, depth) : undefined,
    rowSumBatch: perMatrix,
    zero: output.kind === 'int32' || output.kind === 'float32' ? undefined : output.zero,
    matrices: pairs && context.table(new Uint8Array(Int32Array.from(pairs.flat()).buffer)),
    rows,
    columns,
    pairs: steps,
    aBatch: left.batchBytes,
    bBatch: right?.batchBytes ?? (b.form === 'source' && b.count > 1 ? b.batchBytes : 0),
    factorStep: single ? 0 : 4,
    factorBatch: single || problem.factors === 'columns' ? 0 : perMatrix,
    startBatch: start?.along === 'rows' ? perMatrix : 0,
    ...blocks.args,
    ...(b.form === 'source' && b.args),
    ...epilogue?.args,
  }
  const scratch = productScratchBytes(form, blocks.args.columnBlock, steps)
  context.call(productKernel(context.target, form), args, blocks.tasks, scratch)
  return undefined
}

interface Packed {
  readonly at: Place
  readonly batchBytes: number
}

/** The call that packs all matrices of A. */
function packRows(context: LowerContext, a: ByteOperand, width: number, size: number, depth: number): Packed {
  const { dtype, count, isTurned, zero, zeros } = a
  const bytes = pairBytes(width, size, depth)
  const place = context.temp(`pairs of ${width}`, count * bytes + 64)
  const packing = isTurned ? 'copy' : 'turn'
  const args = {
    ...packArgs(a, packing, width, size, depth),
    y: place,
    packedBytes: bytes,
    zero,
    zeroBatch: zeros === 'all' ? size : 0,
  }
  context.call(pairKernel(packing, width, dtype, hasZeros(a)), args, args.tasks * count)
  return { at: place, batchBytes: count === 1 ? 0 : bytes }
}

const hasZeros = ({ zeros }: ByteOperand) => zeros === 'each' || zeros === 'all'

/** The call that sums the rows of A, which is not turned. */
function sumRows(context: LowerContext, a: ByteOperand, rows: number, depth: number): Place {
  const count = a.count * rows
  const place = context.temp('row sums', 4 * count + 64)
  const perTask = Math.max(1, Math.floor(65536 / Math.max(1, depth)))
  const args = { x: a.at, y: place, zero: a.zero, count, rows, perTask, depth }
  context.call(rowSumKernel(a.dtype, hasZeros(a)), args, Math.ceil(count / perTask))
  return place
}

/** The call that packs all matrices of B. */
function packColumns(
  context: LowerContext,
  b: ByteOperand,
  width: number,
  size: number,
  depth: number,
): Packed {
  const { count, isTurned } = b
  const bytes = bytePanels(width, size, depth)
  const place = context.temp(`bytes of ${width}`, count * bytes + 64)
  const packing = isTurned ? 'turn' : 'copy'
  const args = { ...packArgs(b, packing, width, size, depth), y: place, packedBytes: bytes }
  context.call(bytePanelKernel(packing, width), args, args.tasks * count)
  return { at: place, batchBytes: count === 1 ? 0 : bytes }
}

function packArgs({ at }: ByteOperand, packing: Packing, width: number, size: number, depth: number) {
  const block = Math.max(1, Math.floor(65536 / (width * Math.max(1, depth)))) * width
  return {
    x: at,
    count: size,
    depth,
    strideBytes: packing === 'copy' ? size : depth,
    batchBytes: size * depth,
    block,
    tasks: Math.ceil(size / block),
  }
}
