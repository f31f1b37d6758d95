/** C += A · Bᵀ by tiles whose steps lie side by side in both matrices, rows a fixed distance apart. */
import type { FunctionRef, ModuleBuilder } from '../../wasm/index.ts'
import type { Target } from '../target.ts'
import { emitLaneTile, type LaneTile, laneTileBytes } from './lane-tile.ts'

const tileParams = ['i32', 'i32', 'i32', 'i32'] as const
const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const

/**
 * A function (a, b, c, tiles of rows, tiles of columns, vectors of four steps) for rows `pitch` bytes apart. The tiles of
 * C lie one behind the other, those of the same columns together: their rows of B stay in the first-level cache.
 */
export function laneProduct(m: ModuleBuilder, target: Target, tile: LaneTile, pitch: number): FunctionRef {
  return m.once(`laneProduct:${tile.rows}x${tile.columns}:${pitch}`, () => {
    const one = m.func('laneTile', tileParams, undefined, (f, a, b, c, vectors) => {
      emitLaneTile(f, target, { tile, a, b, c, vectors, pitch })
      return undefined
    })
    return m.func('laneProduct', params, undefined, (f, a, b, c, rows, columns, vectors) => {
      const row = f.local('i32')
      f.repeat(columns, () => {
        f.set(row, a)
        f.repeat(rows, () => {
          f.call(one, row, b, c, vectors)
          f.add(row, tile.rows * pitch)
          f.add(c, laneTileBytes(tile))
        })
        f.add(b, tile.columns * pitch)
      })
      return undefined
    })
  })
}
