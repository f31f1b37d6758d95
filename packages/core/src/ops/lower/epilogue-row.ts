/**
 * An epilogue over a row of results that has just been stored. It comes after the row's own loop because the constants
 * that it needs would push that loop's operands out of the registers.
 */
import type { KernelBuilder } from '../../kernel/kernel.ts'
import type { BoundEpilogue } from '../../kernel/lower.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { i32, type Local, load, op } from '../../wasm/index.ts'

/** A row of a plane of the output. */
export interface RowPlace {
  readonly batch: Local<'i32'>
  readonly map: Local<'i32'>
  /** Elements of the row. */
  readonly width: Local<'i32'>
  /** Where it is. */
  readonly out: Local<'i32'>
}

/** Emits the epilogue over row `y` of a plane. */
export function emitEpilogueRow<K extends KernelBuilder>(
  k: K,
  epilogue: BoundEpilogue,
  { batch, map, width, out }: RowPlace,
  y: Local<'i32'>,
): void {
  if (epilogue.key === '') return
  const { f } = k
  forVectors(f, width, (x, store) => {
    const at = f.let(op('i32.add', out, x))
    const column = f.let(op('i32.shr_u', x, i32(2)))
    store(at, epilogue.vector(k, load('v128.load', at), [batch, map, y, column]))
  })
}
