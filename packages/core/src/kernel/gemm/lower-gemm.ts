/** C = scale · A · B + what is added, for a batch of matrices: which kernels, packed how, in which blocks. */

import type { Place } from '../kernel.ts'
import type { Epilogue, LowerContext, Refusal } from '../lower.ts'
import type { RegisterTile } from '../target.ts'
import { blocksOf } from './blocks.ts'
import { dotKernel } from './dot-kernel.ts'
import { type GemmForm, gemmKernel, gemmScratchBytes, type PanelSource } from './gemm-kernel.ts'
import type { Packing } from './pack.ts'
import { packedBytes, packKernel } from './pack-kernel.ts'

/** A batch of matrices one behind the other. */
export interface PlainOperand {
  readonly form: 'plain'
  readonly at: Place
  /** How many matrices there are. */
  readonly count: number
  /** Stored with rows and columns swapped. */
  readonly isTurned: boolean
  readonly isConstant: boolean
}

/** Matrices that lie in panels already, as `packedBytes` says and the target's tile is. */
export interface PackedOperand {
  readonly form: 'packed'
  readonly at: Place
  readonly count: number
}

/** What tasks make their panels of B from. */
export interface SourceOperand {
  readonly form: 'source'
  readonly at: Place
  readonly count: number
  /** Bytes from one of the batch to the next. */
  readonly batchBytes: number
  readonly source: PanelSource
  readonly args: Readonly<Record<string, number | Place>>
  /** Steps that are packed together. */
  readonly unit: number
}

export type GemmOperand = PlainOperand | PackedOperand

/** Added to every row (`columns`: one value per column) or to every column (`rows`), or one value to all. */
export interface Bias {
  readonly along: 'rows' | 'columns' | 'none'
  readonly at: Place
  /** Every matrix of A has its own. */
  readonly isPerA?: boolean
}

export interface GemmProblem {
  readonly a: GemmOperand
  readonly b: GemmOperand | SourceOperand
  readonly c: Place
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** Matrices in C. */
  readonly count: number
  /** The numbers of the matrices of A and B for each of C, where they are not the same. */
  readonly pairs?: readonly (readonly [a: number, b: number])[] | undefined
  readonly scale?: number
  readonly bias?: Bias | undefined
  /** A matrix like C that is added to every matrix of C. */
  readonly added?: Place | undefined
}

/** Adds the calls; the epilogue sees the result as [count, rows, columns]. */
export function lowerGemm(
  context: LowerContext,
  problem: GemmProblem,
  epilogue: Epilogue | undefined,
): Refusal {
  const { rows, columns, count } = problem
  const bound = epilogue?.bind([count, rows, columns])
  if (epilogue && !bound) return 'an epilogue that does not lie along the product'
  if (rows * columns * count === 0) return undefined
  const { a, b } = problem
  if (rows === 1 && b.form === 'plain' && b.isTurned && a.form === 'plain')
    return dots(context, problem, bound)
  if (columns === 1 && a.form === 'plain' && b.form === 'plain') {
    const turned = turnedProblem(problem, a, b)
    const again = epilogue?.bind([count, 1, rows])
    if (!epilogue || again)
      return turned.b.isTurned ? dots(context, turned, again) : product(context, turned, again)
  }
  return product(context, problem, bound)
}

type Bound = ReturnType<Epilogue['bind']>

/** Cᵀ = Bᵀ · Aᵀ, for a C of one column. */
function turnedProblem(problem: GemmProblem, a: PlainOperand, b: PlainOperand) {
  const along = problem.bias?.along === 'rows' ? 'columns' : 'none'
  return {
    ...problem,
    a: { ...b, isTurned: false },
    b: { ...a, isTurned: !a.isTurned },
    rows: 1,
    columns: problem.rows,
    pairs: problem.pairs?.map(([left, right]) => [right, left] as const),
    bias: problem.bias && { ...problem.bias, along },
  } as const satisfies GemmProblem
}

function pairTable(context: LowerContext, { pairs }: GemmProblem): Place | undefined {
  return pairs && context.table(new Uint8Array(Int32Array.from(pairs.flat()).buffer))
}

/** Bytes of matrix after matrix; 0 where all use the same one. */
const batchBytes = ({ count }: { readonly count: number }, bytes: number) => (count === 1 ? 0 : bytes)

function dots(context: LowerContext, problem: GemmProblem, epilogue: Bound): Refusal {
  const { a, b, c, columns, depth, count, scale = 1, bias, added } = problem
  const start = bias ? (bias.along === 'columns' ? 'each' : 'one') : 'none'
  // Some 64 kB of the matrix make a task of about ten microseconds.
  const block = Math.max(4, Math.ceil(65536 / (16 * Math.max(1, depth))) * 4)
  const tasks = Math.ceil(columns / block)
  const kernel = dotKernel(context.target, {
    start,
    isAdded: added !== undefined,
    isScaled: scale !== 1,
    epilogue,
  })
  const args = {
    x: a.at,
    w: b.at,
    y: c,
    start: bias?.at,
    added,
    matrices: pairTable(context, problem),
    count: columns,
    depth,
    xBatch: batchBytes(a, 4 * depth),
    wBatch: batchBytes(b, 4 * depth * columns),
    startBatch: 0,
    addedBatch: 0,
    block,
    tasks,
    scale,
    ...epilogue?.args,
  }
  context.call(kernel, args, tasks * count)
  return undefined
}

/** Tiles of the products that have fewer rows than the target's tile. */
function tileFor(problem: GemmProblem, tile: RegisterTile): RegisterTile {
  if (problem.a.form === 'packed' || problem.b.form !== 'plain' || problem.rows >= tile.rows) return tile
  if (problem.rows === 1) return { rows: 1, vectors: 4 }
  return problem.rows === 2 ? { rows: 2, vectors: 4 } : { rows: 3, vectors: 3 }
}

/** A as the kernel reads it: its panels (or rows), in bytes. */
interface Side {
  readonly at: Place
  readonly batch: number
  readonly panel: number
  readonly step: number
}

const packed = (
  at: Place,
  operand: { readonly count: number },
  width: number,
  size: number,
  depth: number,
): Side => ({
  at,
  batch: batchBytes(operand, packedBytes(width, size, depth)),
  panel: 4 * width * depth,
  step: 4 * width,
})

function product(context: LowerContext, problem: GemmProblem, epilogue: Bound): Refusal {
  const { target } = context
  const { b, c, rows, columns, depth, count, scale = 1, bias, added } = problem
  const tile = tileFor(problem, target.tile)
  const width = 4 * tile.vectors
  const isScaledA = scale !== 1 && !(b.form === 'plain' && b.isConstant)
  const left = sideA(context, problem, tile, isScaledA ? scale : 1)
  const right = sideB(context, problem, width, isScaledA ? 1 : scale)
  const blocks = blocksOf({ rows, columns, depth, count }, tile, {
    threads: context.threads,
    unit: b.form === 'source' ? b.unit : 1,
    isPacking: right.pack !== 'none',
  })
  const form: GemmForm = {
    tile,
    a: left.kind,
    pack: right.pack,
    start: bias ? (bias.along === 'columns' ? 'columns' : 'rows') : 'none',
    isAdded: added !== undefined,
    epilogue,
  }
  const args = {
    a: left.side.at,
    b: right.side.at,
    c,
    start: bias?.at,
    added,
    matrices: pairTable(context, problem),
    rows,
    columns,
    depth,
    aBatch: left.side.batch,
    aPanel: left.side.panel,
    aStep: left.side.step,
    bBatch: right.side.batch,
    bPanel: right.side.panel,
    bStep: right.side.step,
    startStep: bias?.along === 'rows' ? 4 : 0,
    startBatch: bias?.isPerA ? 4 * rows : 0,
    addedRow: 4 * columns,
    addedBatch: 0,
    ...blocks.args,
    ...(b.form === 'source' && b.args),
    ...epilogue?.args,
  }
  const scratch = gemmScratchBytes(form, blocks.args.columnBlock, blocks.args.depthBlock)
  context.call(gemmKernel(target, form), args, blocks.tasks, scratch)
  return undefined
}

function sideA(context: LowerContext, { a, rows, depth }: GemmProblem, tile: RegisterTile, scale: number) {
  if (a.form === 'packed') return { kind: 'panels' as const, side: packed(a.at, a, tile.rows, rows, depth) }
  if (a.isConstant || scale !== 1) {
    const at = packMatrices(context, a, a.isTurned ? 'copy' : 'turn', tile.rows, rows, depth, scale)
    return { kind: 'panels' as const, side: packed(at, a, tile.rows, rows, depth) }
  }
  const batch = batchBytes(a, 4 * rows * depth)
  return a.isTurned
    ? { kind: 'panels' as const, side: { at: a.at, batch, panel: 4 * tile.rows, step: 4 * rows } }
    : { kind: 'rows' as const, side: { at: a.at, batch, panel: 4 * depth, step: 4 } }
}

/** Up to so many rows of A, packing B costs more than it saves. */
const fewRows = 16

function sideB(
  context: LowerContext,
  { b, rows, columns, depth }: GemmProblem,
  width: number,
  scale: number,
) {
  const none = 'none' as const
  if (b.form === 'packed') return { pack: none, side: packed(b.at, b, width, columns, depth) }
  if (b.form === 'source') {
    const batch = batchBytes(b, b.batchBytes)
    return { pack: b.source, side: { at: b.at, batch, panel: 0, step: 0 } }
  }
  const packing: Packing = b.isTurned ? 'turn' : 'copy'
  if (b.isConstant || scale !== 1) {
    const at = packMatrices(context, b, packing, width, columns, depth, scale)
    return { pack: none, side: packed(at, b, width, columns, depth) }
  }
  const batch = batchBytes(b, 4 * columns * depth)
  const step = 4 * (b.isTurned ? depth : columns)
  const isRead = !b.isTurned && rows <= fewRows
  return { pack: isRead ? none : packing, side: { at: b.at, batch, panel: 4 * width, step } }
}

/** The call that packs all matrices of an operand. */
function packMatrices(
  context: LowerContext,
  { at, count }: PlainOperand,
  packing: Packing,
  width: number,
  size: number,
  depth: number,
  scale: number,
): Place {
  const bytes = packedBytes(width, size, depth)
  const place = context.temp(`panels of ${width}`, count * bytes + 64)
  const block = Math.max(1, Math.floor(65536 / (width * Math.max(1, depth)))) * width
  const tasks = Math.ceil(size / block)
  const strideBytes = 4 * (packing === 'copy' ? size : depth)
  const args = {
    x: at,
    y: place,
    count: size,
    depth,
    strideBytes,
    batchBytes: 4 * size * depth,
    packedBytes: bytes,
    block,
    tasks,
    scale,
  }

  context.call(packKernel(packing, width, scale !== 1), args, tasks * count)
  return place
}
