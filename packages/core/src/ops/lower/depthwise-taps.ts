/** Depthwise rows for windows of any size: each tap's weight meets sixteen neighbours, or four at the end of a row. */
import { multiplyAdd } from '../../kernel/spatial/multiply-add.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { i32, type Local, load, op } from '../../wasm/index.ts'
import type { DepthwiseBuilder, DepthwiseStrip } from './conv-depthwise.ts'

/** Emits the rows of a strip; `finish` follows every row. */
export function emitTaps(
  k: DepthwiseBuilder,
  strip: DepthwiseStrip,
  finish: (y: Local<'i32'>) => void,
): void {
  const { f, arg, scratch } = k
  const { width, out } = strip.place
  const row = f.let(scratch)
  const step = f.let(op('i32.mul', arg('rowBytes'), arg('rowStride')))
  const rowBytes = f.let(op('i32.shl', width, i32(2)))
  const y = f.local('i32')
  const rest = f.local('i32')
  f.for(y, strip.first, strip.end, 1, () => {
    const [from, to] = [f.let(row), f.let(out)]
    f.set(rest, width)
    f.repeat(op('i32.shr_u', width, i32(4)), () => {
      const sums = overTaps(k, strip, from, 4)
      sums.forEach((sum, i) => f.store('v128.store', to, sum, 16 * i))
      for (const pointer of [from, to]) f.add(pointer, 64)
    })
    f.set(rest, op('i32.and', width, i32(15)))
    forVectors(f, rest, (x, store) => {
      const [sum] = overTaps(k, strip, f.let(op('i32.add', from, x)), 1)
      store(op('i32.add', to, x), sum!)
    })
    finish(y)
    f.add(row, step)
    f.add(out, rowBytes)
  })
}

/** Sums over all taps for `count` vectors of neighbours. */
function overTaps(
  { f, arg, target }: DepthwiseBuilder,
  { weights, bias }: DepthwiseStrip,
  from: Local<'i32'>,
  count: number,
): Local<'v128'>[] {
  const sums = Array.from({ length: count }, () => f.let(bias))
  const [weight, tap] = [f.let(weights), f.let(arg('taps'))]
  f.repeat(arg('tapCount'), () => {
    const at = f.let(op('i32.add', from, load('i32.load', tap)))
    const w = f.let(load('v128.load32_splat', weight))
    sums.forEach((sum, i) => f.set(sum, multiplyAdd(target, w, load('v128.load', at, 16 * i), sum)))
    f.add(weight, 4)
    f.add(tap, 4)
  })
  return sums
}
