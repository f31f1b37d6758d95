/**
 * How the columns of B come into registers: as pairs of 16-bit numbers less their zero point, or as bytes as they are.
 * Then sums over k of a · b hold z · (sum over k of a) too much, where z is the zero point of the column.
 */
import { type FunctionBuilder, i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import type { PanelSource } from '../gemm/gemm-kernel.ts'
import { vectorOp } from '../register.ts'
import { type ByteType, signOf, zeroPoint } from './bytes.ts'

/**
 * `source`: every task makes its panels of pairs first. `bytes`: panels of bytes lie in memory, whose columns have no
 * zero point, the same, or one each.
 */
export type ColumnForm =
  | { readonly kind: 'source'; readonly source: PanelSource }
  | { readonly kind: 'bytes'; readonly dtype: ByteType; readonly zeros: 'none' | 'one' | 'each' }

export const columnKey = (form: ColumnForm): string =>
  form.kind === 'source' ? form.source.key : `${form.dtype}:${form.zeros}`

/** Bytes that four columns take in every two steps. */
export const columnBytes = (form: ColumnForm): 8 | 16 => (form.kind === 'source' ? 16 : 8)

/** Pairs of the four columns number `v` of a tile, at the step that an address is at. */
export function readColumns(form: ColumnForm, at: Local<'i32'>, v: number): Operand<'v128'> {
  return form.kind === 'source'
    ? load('v128.load', at, 16 * v)
    : load(`v128.load8x8_${signOf(form.dtype)}`, at, 8 * v)
}

/** Takes from the sums of a tile what its zero points put into them. */
export type Correction = (acc: readonly Local<'v128'>[], row: Local<'i32'>, column: Local<'i32'>) => void

export interface CorrectionPlace {
  readonly vectors: number
  /** Address of the zero point of the task's first column, or of the only one. */
  readonly zeros: Operand<'i32'>
  /** Address of the sum of the task's first row of A. */
  readonly rowSums: Operand<'i32'>
}

/** Emits here what is the same for all tiles of a task; undefined where there is nothing to correct. */
export function emitCorrection(
  f: FunctionBuilder,
  form: ColumnForm,
  { vectors, zeros, rowSums }: CorrectionPlace,
): Correction | undefined {
  if (form.kind === 'source' || form.zeros === 'none') return undefined
  const { dtype } = form
  const sums = f.let(rowSums)
  const isEach = form.zeros === 'each'
  const own = Array.from({ length: isEach ? vectors : 0 }, () => f.local('v128'))
  const same = isEach ? undefined : f.let(op('i32x4.splat', zeroPoint(f, dtype, zeros)))
  const zerosAt = f.let(zeros)
  return (acc, row, column) => {
    own.forEach((zero, v) => {
      const four = load('v128.load32_zero', op('i32.add', zerosAt, column), 4 * v)
      const pairs = vectorOp(`i16x8.extend_low_i8x16_${signOf(dtype)}`, four)
      f.set(zero, vectorOp(`i32x4.extend_low_i16x8_${signOf(dtype)}`, pairs))
    })
    const at = f.let(op('i32.add', sums, op('i32.shl', row, i32(2))))
    const sum = f.local('v128')
    acc.forEach((value, i) => {
      const [r, v] = [Math.floor(i / vectors), i % vectors]
      if (v === 0) f.set(sum, load('v128.load32_splat', at, 4 * r))
      f.set(value, op('i32x4.sub', value, op('i32x4.mul', sum, same ?? own[v]!)))
    })
  }
}
