/** Products of a few rows with four other rows, both running along the sum: no operand has to be packed. */
import { f32x4, i32, type Local, op, shuffle32 } from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import { type I32, laneMask, madd, type V128, vector } from './vectors.ts'

type Builder = Pick<KernelBuilder, 'f' | 'target'>

/** One vector per row of `rows`: its products with each of the four rows of `others`, over `size` elements. */
export function emitDotTile(
  { f, target }: Builder,
  rows: readonly I32[],
  others: readonly I32[],
  size: I32,
): readonly V128[] {
  const [left, right] = [rows.map((row) => f.let(row)), others.map((other) => f.let(other))]
  const sums = left.map(() => right.map(() => f.let(f32x4(0))))
  const accumulate = (masked: (value: V128) => V128) => {
    const x = left.map((row) => f.let(masked(vector(row))))
    right.forEach((other, j) => {
      const y = f.let(masked(vector(other)))
      sums.forEach((list, i) => f.set(list[j]!, madd(target, x[i]!, y, list[j]!)))
    })
  }
  f.repeat(op('i32.shr_u', size, i32(2)), () => {
    accumulate((value) => value)
    for (const pointer of [...left, ...right]) f.add(pointer, 16)
  })
  const rest = f.let(op('i32.and', size, i32(3)))
  f.if(rest, () => {
    const mask = f.let(laneMask(rest))
    accumulate((value) => op('v128.and', value, mask))
  })
  return sums.map((list) => sumsOf({ f }, list))
}

/** The lane sums of four vectors. */
function sumsOf({ f }: Pick<Builder, 'f'>, vectors: readonly Local<'v128'>[]): V128 {
  const pair = (a: V128, b: V128) =>
    f.let(op('f32x4.add', shuffle32(a, b, [0, 4, 1, 5]), shuffle32(a, b, [2, 6, 3, 7])))
  const [first, second] = [pair(vectors[0]!, vectors[1]!), pair(vectors[2]!, vectors[3]!)]
  return op('f32x4.add', shuffle32(first, second, [0, 1, 4, 5]), shuffle32(first, second, [2, 3, 6, 7]))
}
