/**
 * Matrices as panels: `width` neighbours of every step side by side, steps one behind the other, panels behind each
 * other. A panel that is wider than what is left of the matrix holds anything behind it; it is never stored to C.
 */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { i32, load, op, shuffle32 } from '../../wasm/index.ts'

/**
 * `copy`: neighbours lie side by side in the matrix, and steps `strideBytes` apart. `turn`: steps lie side by side, and
 * neighbours `strideBytes` apart.
 */
export type Packing = 'copy' | 'turn'

export interface PackBlock {
  readonly packing: Packing
  /** Neighbours in a panel. */
  readonly width: number
  readonly from: Operand<'i32'>
  readonly strideBytes: Operand<'i32'>
  /** Neighbours in all. */
  readonly count: Operand<'i32'>
  readonly depth: Operand<'i32'>
  readonly to: Operand<'i32'>
  /** What elements are multiplied by. */
  readonly scale?: Local<'v128'> | undefined
}

/** Packs a block; panels are `width` · `depth` floats apart. */
export function emitPack(f: FunctionBuilder, block: PackBlock): void {
  const stride = f.let(block.strideBytes)
  const from = f.let(block.from)
  const to = f.let(block.to)
  const at = f.local('i32')
  f.for(at, 0, block.count, block.width, () => {
    if (block.packing === 'copy') {
      copyPanel(f, block, from, stride, to)
      f.add(from, 4 * block.width)
    } else {
      const left = f.let(op('i32.sub', block.count, at))
      turnPanel(f, block, from, stride, to, left)
      f.add(from, op('i32.mul', stride, i32(block.width)))
    }
    f.add(to, op('i32.mul', block.depth, i32(4 * block.width)))
  })
}

function copyPanel(
  f: FunctionBuilder,
  { width, depth, scale }: PackBlock,
  from: Local<'i32'>,
  stride: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const [source, target] = [f.let(from), f.let(to)]
  const value = f.local('v128')
  f.repeat(depth, () => {
    for (let i = 0; i < width; i += 4) {
      f.set(value, scaled(load('v128.load', source, 4 * i), scale))
      storeLanes(f, target, value, Math.min(4, width - i), 4 * i)
    }
    f.add(source, stride)
    f.add(target, 4 * width)
  })
}

const scaled = (value: Operand<'v128'>, scale: Local<'v128'> | undefined) =>
  scale ? op('f32x4.mul', value, scale) : value

function storeLanes(
  f: FunctionBuilder,
  at: Local<'i32'>,
  value: Local<'v128'>,
  lanes: number,
  offset: number,
): void {
  if (lanes === 4) f.store('v128.store', at, value, offset)
  else
    for (let lane = 0; lane < lanes; lane++)
      f.storeLane('v128.store32_lane', at, value, lane, offset + 4 * lane)
}

function turnPanel(
  f: FunctionBuilder,
  block: PackBlock,
  from: Local<'i32'>,
  stride: Local<'i32'>,
  to: Local<'i32'>,
  left: Local<'i32'>,
): void {
  let row = f.let(from)
  for (let i = 0; i < block.width; i += 4) {
    const lanes = Math.min(4, block.width - i)
    const rows: Local<'i32'>[] = []
    for (let lane = 0; lane < lanes; lane++) {
      if (i + lane > 0) {
        // Neighbours behind the last one stand for it: nothing behind the matrix is read.
        const isThere = op('i32.gt_s', left, i32(i + lane))
        row = f.let(op('i32.add', row, op('i32.mul', stride, isThere)))
      }
      rows.push(f.let(row))
    }
    turnRows(f, block, rows, f.let(op('i32.add', to, i32(4 * i))))
  }
}

/** Up to four rows become the lanes of vectors. */
function turnRows(
  f: FunctionBuilder,
  { width, depth, scale }: PackBlock,
  rows: readonly Local<'i32'>[],
  target: Local<'i32'>,
): void {
  const lanes = rows.length
  f.repeat(op('i32.shr_u', depth, i32(2)), () => {
    const x = rows.map((row) => f.let(scaled(load('v128.load', row), scale)))
    const four = [0, 1, 2, 3].map((lane) => x[lane] ?? x[0]!)
    turned(f, four).forEach((column, step) => void storeLanes(f, target, column, lanes, 4 * width * step))
    for (const row of rows) f.add(row, 16)
    f.add(target, 16 * width)
  })
  const value = f.local('v128')
  f.repeat(op('i32.and', depth, i32(3)), () => {
    rows.forEach((row, lane) => {
      f.set(value, scaled(load('v128.load32_splat', row), scale))
      f.storeLane('v128.store32_lane', target, value, 0, 4 * lane)
      f.add(row, 4)
    })
    f.add(target, 4 * width)
  })
}

/** Rows of a 4×4 matrix to its columns. */
export function turned(f: FunctionBuilder, x: readonly Operand<'v128'>[]): Local<'v128'>[] {
  const [a, b, c, d] = x as readonly [Operand<'v128'>, Operand<'v128'>, Operand<'v128'>, Operand<'v128'>] // four rows
  const low = [f.let(shuffle32(a, b, [0, 4, 1, 5])), f.let(shuffle32(c, d, [0, 4, 1, 5]))] as const
  const high = [f.let(shuffle32(a, b, [2, 6, 3, 7])), f.let(shuffle32(c, d, [2, 6, 3, 7]))] as const
  return [
    f.let(shuffle32(low[0], low[1], [0, 1, 4, 5])),
    f.let(shuffle32(low[0], low[1], [2, 3, 6, 7])),
    f.let(shuffle32(high[0], high[1], [0, 1, 4, 5])),
    f.let(shuffle32(high[0], high[1], [2, 3, 6, 7])),
  ]
}
