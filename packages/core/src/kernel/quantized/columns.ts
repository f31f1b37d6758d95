/** How the columns of B come into registers: as pairs of 16-bit numbers, or as bytes that have a zero point. */
import { type FunctionBuilder, type Local, load, type Operand, op } from '../../wasm/index.ts'
import type { PanelSource } from '../gemm/gemm-kernel.ts'
import { type ByteType, inTurn, signOf, splatZero, widened, zeroPoint } from './bytes.ts'

/**
 * `source`: every task makes its panels of pairs first. `bytes`: panels of bytes lie in memory, with one zero point for
 * all columns or one for each.
 */
export type ColumnForm =
  | { readonly kind: 'source'; readonly source: PanelSource }
  | { readonly kind: 'bytes'; readonly dtype: ByteType; readonly zeros: 'one' | 'each' }

export const columnKey = (form: ColumnForm): string =>
  form.kind === 'source' ? form.source.key : `${form.dtype}:${form.zeros}`

/** Bytes that four columns take in every two steps. */
export const columnBytes = (form: ColumnForm): 8 | 16 => (form.kind === 'source' ? 16 : 8)

export interface Columns {
  /** Before the loop over the steps of a tile that begins at a column. */
  startTile(column: Operand<'i32'>): void
  /** Pairs of the four columns number `v` of the tile, at the step that an address is at. */
  read(at: Local<'i32'>, v: number): Operand<'v128'>
}

/** Emits here what is the same for all tiles; `zero` is the address of the zero points. */
export function emitColumns(
  f: FunctionBuilder,
  form: ColumnForm,
  vectors: number,
  zero: Operand<'i32'>,
): Columns {
  if (form.kind === 'source') return { startTile: () => {}, read: (at, v) => load('v128.load', at, 16 * v) }
  const { dtype, zeros } = form
  const name = `v128.load8x8_${signOf(dtype)}` as const
  if (zeros === 'one') {
    const same = splatZero(f, zeroPoint(f, dtype, zero))
    return { startTile: () => {}, read: (at, v) => op('i16x8.sub', load(name, at, 8 * v), same) }
  }
  const own = Array.from({ length: vectors }, () => f.local('v128'))
  return {
    startTile(column) {
      const from = f.let(op('i32.add', zero, column))
      for (let v = 0; v < vectors; v += 2) {
        const bytes = f.let(load('v128.load64_zero', from, 4 * v))
        widened(f, dtype, inTurn(bytes, bytes)).forEach((pairs, i) => f.set(own[v + i]!, pairs))
      }
    },
    read: (at, v) => op('i16x8.sub', load(name, at, 8 * v), own[v]!),
  }
}
