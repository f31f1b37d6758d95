/** How the kernel reads the operands of a product: as they are, or packed by a call of its own or by the tasks. */
import type { Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import type { RegisterTile } from '../target.ts'
import type { GemmForm } from './gemm-kernel.ts'
import type { Packing } from './pack.ts'
import { packedBytes, packKernel } from './pack-kernel.ts'
import type { GemmProblem, PlainOperand } from './problem.ts'

/** Bytes of matrix after matrix; 0 where all use the same one. */
export const batchBytes = ({ count }: { readonly count: number }, bytes: number) => (count === 1 ? 0 : bytes)

/** An operand as the kernel reads it; distances of matrices, panels (or rows) and steps in bytes. */
export interface Side {
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

/** From so many rows and columns on, packing A costs less than reading rows that lie far apart. */
const manyRows = 64
const manyColumns = 256

/** A, multiplied by `scale`. */
export function sideA(
  context: LowerContext,
  problem: GemmProblem,
  tile: RegisterTile,
  scale: number,
): { readonly kind: GemmForm['a']; readonly side: Side } {
  const { a, rows, columns, depth } = problem
  if (a.form === 'packed') return { kind: 'panels', side: packed(a.at, a, tile.rows, rows, depth) }
  const isLarge = rows >= manyRows && columns >= manyColumns
  if (a.isConstant || scale !== 1 || isLarge) {
    const at = packMatrices(context, a, a.isTurned ? 'copy' : 'turn', tile.rows, rows, depth, scale)
    return { kind: 'panels', side: packed(at, a, tile.rows, rows, depth) }
  }
  const batch = batchBytes(a, 4 * rows * depth)
  return a.isTurned
    ? { kind: 'panels', side: { at: a.at, batch, panel: 4 * tile.rows, step: 4 * rows } }
    : { kind: 'rows', side: { at: a.at, batch, panel: 4 * depth, step: 4 } }
}

/** Up to so many rows of A, packing B costs more than it saves. */
const fewRows = 16

interface SideB {
  readonly pack: GemmForm['pack']
  /** B is read as it is. */
  readonly isRead: boolean
  readonly side: Side
}

/** B, multiplied by `scale`. */
export function sideB(
  context: LowerContext,
  { b, rows, columns, depth }: GemmProblem,
  width: number,
  scale: number,
): SideB {
  if (b.form === 'packed')
    return { pack: 'none', isRead: false, side: packed(b.at, b, width, columns, depth) }
  if (b.form === 'source') {
    const batch = batchBytes(b, b.batchBytes)
    return { pack: b.source(width / 4), isRead: false, side: { at: b.at, batch, panel: 0, step: 0 } }
  }
  const packing: Packing = b.isTurned ? 'turn' : 'copy'
  if (b.isConstant || scale !== 1) {
    const at = packMatrices(context, b, packing, width, columns, depth, scale)
    return { pack: 'none', isRead: false, side: packed(at, b, width, columns, depth) }
  }
  const batch = batchBytes(b, 4 * columns * depth)
  const step = 4 * (b.isTurned ? depth : columns)
  const isRead = !b.isTurned && rows <= fewRows
  return { pack: isRead ? 'none' : packing, isRead, side: { at: b.at, batch, panel: 4 * width, step } }
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
