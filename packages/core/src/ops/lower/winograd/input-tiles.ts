/** Four tiles of one channel into the frequency domain; the lanes of all vectors are the tiles. */
import type { KernelBuilder } from '../../../kernel/kernel.ts'
import { type KernelPart, kernelPart } from '../../../kernel/spatial/kernel-function.ts'
import { interleave, transpose4, transposeLow } from '../../../kernel/spatial/transpose.ts'
import { type FunctionBuilder, i32, type Local, load, op } from '../../../wasm/index.ts'
import { entryBytes } from './plan.ts'
import { entry } from './tile-table.ts'
import type { Transform } from './transforms.ts'
import type { WinogradParams } from './winograd-kernel.ts'

/** A part called with: the tiles' first entry, the channel's strip, where the first frequency goes. */
export function inputPart(k: KernelBuilder<WinogradParams>, transform: Transform): KernelPart {
  return kernelPart(k, 'winogradInput', ['i32', 'i32', 'i32'], (inner, tiles, strip, to) => {
    const { f, arg, scratch, target } = inner
    const { size } = transform
    const at = [0, 1, 2, 3].map((lane) =>
      f.let(op('i32.add', strip, load('i32.load', tiles, lane * entryBytes + entry.input))),
    )
    const half = f.let(scratch)
    const pitch = f.let(arg('pitch'))
    f.repeat(i32(size), () => {
      const row = columnsOf(f, at, size)
      transform.input(f, target, row).forEach((value, j) => f.store('v128.store', half, value, 16 * j))
      for (const pointer of at) f.add(pointer, pitch)
      f.add(half, 16 * size)
    })
    f.set(half, scratch)
    const stride = f.let(arg('vStride'))
    const down = f.let(op('i32.mul', stride, i32(size)))
    f.repeat(i32(size), () => {
      const column = Array.from({ length: size }, (_, i) => f.let(load('v128.load', half, 16 * size * i)))
      const pointer = f.let(to)
      for (const value of transform.input(f, target, column)) {
        f.store('v128.store', pointer, value)
        f.add(pointer, down)
      }
      f.add(half, 16)
      f.add(to, stride)
    })
  })
}

/** The columns of four rows that begin at four addresses. */
function columnsOf(f: FunctionBuilder, at: readonly Local<'i32'>[], size: 4 | 6): Local<'v128'>[] {
  const first = transpose4(
    f,
    at.map((pointer) => f.let(load('v128.load', pointer))),
  ).map((column) => f.let(column))
  if (size === 4) return first
  const rest = at.map((pointer) => load('v128.load64_zero', pointer, 16))
  const pairs = [interleave(f, rest[0]!, rest[1]!), interleave(f, rest[2]!, rest[3]!)] as const
  return [...first, ...transposeLow(...pairs).map((column) => f.let(column))]
}
