/** Into which blocks a matrix product is cut: for the caches, and for the threads. */
import type { RegisterTile } from '../target.ts'

export interface ProductSizes {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** Matrices in the batch. */
  readonly count: number
}

/** Steps for which a panel of B stays in the first-level cache. */
const depthTarget = 384
/** Bytes of B that a task works on: a part of the second-level cache. */
const columnBytes = 128 * 1024
/** Multiply-adds of a task, some hundred microseconds. */
const taskTarget = 8e6

/** The steps of one part of the sum; `unit` steps belong together. */
export function depthBlock(depth: number, unit = 1): number {
  if (depth <= 1.5 * depthTarget) return Math.max(1, depth)
  const parts = Math.ceil(depth / depthTarget)
  return Math.ceil(depth / parts / unit) * unit
}

const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

export interface BlockOptions {
  readonly threads: number
  /** Steps that belong together. */
  readonly unit: number
  /** Every task packs its part of B, for as many rows as it has. */
  readonly isPacking: boolean
}

/** Sizes of a task as arguments of the kernel, and how many tasks that makes. */
export function blocksOf(
  { rows, columns, depth, count }: ProductSizes,
  tile: RegisterTile,
  { threads, unit, isPacking }: BlockOptions,
) {
  const width = 4 * tile.vectors
  const steps = depthBlock(depth, unit)
  const fit = Math.max(width, Math.floor(columnBytes / (4 * steps) / width) * width)
  let columnBlock = Math.min(fit, roundUp(columns, width))
  const fitRows = Math.max(16 * tile.rows, Math.ceil(taskTarget / (columnBlock * Math.max(1, depth))))
  let rowBlock = roundUp(isPacking ? rows : Math.min(rows, fitRows), tile.rows)
  const tasksOf = () => Math.ceil(rows / rowBlock) * Math.ceil(columns / columnBlock) * count
  const isLarge = rows * columns * depth * count > taskTarget / 8
  const canSplit = () => columnBlock > 4 * width || rowBlock > 4 * tile.rows
  while (isLarge && threads > 1 && tasksOf() < 3 * threads && canSplit()) {
    if (columnBlock > 4 * width) columnBlock = roundUp(columnBlock / 2, width)
    else rowBlock = roundUp(rowBlock / 2, tile.rows)
  }
  const rowTasks = Math.ceil(columns / columnBlock)
  const matrixTasks = rowTasks * Math.ceil(rows / rowBlock)
  return {
    args: { rowBlock, columnBlock, depthBlock: steps, matrixTasks, rowTasks },
    tasks: matrixTasks * count,
  }
}

/** Tasks of given columns and all rows. */
export function columnBlocks(
  { rows, columns, count }: ProductSizes,
  tile: RegisterTile,
  { columnBlock, depthBlock }: { readonly columnBlock: number; readonly depthBlock: number },
) {
  const tasks = Math.ceil(columns / columnBlock)
  const rowBlock = roundUp(rows, tile.rows)
  return {
    args: { rowBlock, columnBlock, depthBlock, matrixTasks: tasks, rowTasks: tasks },
    tasks: tasks * count,
  }
}
