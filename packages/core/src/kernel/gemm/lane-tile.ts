/**
 * C += A · Bᵀ for a tile of C that stays in registers, where the steps of the sum lie side by side in A and in B alike:
 * each lane adds up every fourth step, and the lanes come together at the end. Nothing has to be packed for it but rows
 * at a fixed distance, which makes all addresses but two immediate offsets.
 */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { f32x4, i32, load, op, shuffle32 } from '../../wasm/index.ts'
import { multiplyAdd } from '../spatial/multiply-add.ts'
import type { Target } from '../target.ts'

/** Rows of A and of B that a tile takes. */
export interface LaneTile {
  readonly rows: number
  readonly columns: number
}

/**
 * Engines that hoist all loads of a step above its multiply-adds need a register for each of them; where the standard
 * tile has many rows, they do not. Without fused multiply-add, a product takes one more.
 */
export function laneTileOf({ relaxed, tile }: Target): LaneTile {
  if (!relaxed) return { rows: 2, columns: 4 }
  return tile.rows >= 6 ? { rows: 2, columns: 6 } : { rows: 3, columns: 3 }
}

/** Bytes of a tile of C, row by row, each filled up to whole vectors. */
export const laneTileBytes = ({ rows, columns }: LaneTile): number => rows * rowBytes(columns)
const rowBytes = (columns: number) => 16 * Math.ceil(columns / 4)

/** Where the element of a tile lies in it, in bytes. */
export const laneElement = ({ columns }: LaneTile, row: number, column: number): number =>
  rowBytes(columns) * row + 4 * column

export interface LaneProduct {
  readonly tile: LaneTile
  /** First steps of the first rows; both are moved. */
  readonly a: Local<'i32'>
  readonly b: Local<'i32'>
  /** Bytes from row to row. */
  readonly pitch: number
  /** Four steps each; 1 at least. */
  readonly vectors: Local<'i32'>
  readonly c: Local<'i32'>
}

/** Emits the product of one tile, added to what C holds. */
export function emitLaneTile(f: FunctionBuilder, target: Target, product: LaneProduct): void {
  const { tile, a, b, c, pitch, vectors } = product
  const acc = Array.from({ length: tile.rows }, () =>
    Array.from({ length: tile.columns }, () => f.let(f32x4(0))),
  )
  const rows = acc.map(() => f.local('v128'))
  const column = f.local('v128')
  f.loop((again) => {
    rows.forEach((row, r) => void f.set(row, load('v128.load', a, r * pitch)))
    for (let t = 0; t < tile.columns; t++) {
      f.set(column, load('v128.load', b, t * pitch))
      rows.forEach((row, r) => {
        const sum = acc[r]![t]!
        f.set(sum, multiplyAdd(target, row, column, sum))
      })
    }
    f.add(a, 16)
    f.add(b, 16)
    f.set(vectors, op('i32.sub', vectors, i32(1)))
    f.branchIf(again, vectors)
  })
  acc.forEach((sums, r) => {
    for (let t = 0; t < tile.columns; t += 4) {
      const at = laneElement(tile, r, t)
      f.store(
        'v128.store',
        c,
        op('f32x4.add', load('v128.load', c, at), laneSums(f, sums.slice(t, t + 4))),
        at,
      )
    }
  })
}

/** The sums of the lanes of up to four vectors, side by side; what is missing is as the first one. */
function laneSums(f: FunctionBuilder, sums: readonly Local<'v128'>[]): Operand<'v128'> {
  const pair = (i: number) => {
    const [x, y] = [sums[i] ?? sums[0]!, sums[i + 1] ?? sums[0]!]
    return f.let(op('f32x4.add', shuffle32(x, y, [0, 4, 1, 5]), shuffle32(x, y, [2, 6, 3, 7])))
  }
  const [low, high] = [pair(0), pair(2)]
  return op('f32x4.add', shuffle32(low, high, [0, 1, 4, 5]), shuffle32(low, high, [2, 3, 6, 7]))
}
