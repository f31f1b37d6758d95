/**
 * Uniform numbers from Philox4x32-10, four blocks at a time. What a number is depends on the key and its place alone,
 * so that it is the same however the work is cut.
 */
import { type FunctionBuilder, f32x4, i32, i32x4, type Local, op, shuffle32 } from '../../wasm/index.ts'
import { defineKernel } from '../kernel.ts'
import { plus, smaller, splat, storeSome, times, type V128 } from '../nn/vectors.ts'
import { transpose4 } from '../spatial/transpose.ts'

const rounds = 10
const [multiplier0, multiplier1] = [0xd2511f53, 0xcd9e8d57]
const [weyl0, weyl1] = [0x9e3779b9, 0xbb67ae85]

/** Numbers of a turn: four blocks of four words. */
const turn = 16

/** `key` has two words of the seed and two of the call; a task is `turns` times 16 numbers. */
export const uniformKernel = defineKernel({
  key: 'uniform',
  params: { key: 'in', to: 'out', count: 'i32', stream: 'i32', turns: 'i32' },
  emit({ f, arg, task }) {
    const first = f.let(op('i32.mul', task, arg('turns')))
    const word = (i: number) => f.let(splat(arg('key'), 4 * i))
    const [seedLow, seedHigh, callLow, callHigh] = [word(0), word(1), word(2), word(3)] as const
    const stream = f.let(op('i32x4.splat', arg('stream')))
    const block = f.let(op('i32x4.add', op('i32x4.splat', times(first, turn / 4)), i32x4(0, 1, 2, 3)))
    const to = f.let(plus(arg('to'), times(first, 4 * turn)))
    const left = f.let(op('i32.sub', arg('count'), times(first, turn)))
    const own = smaller(f, left, times(arg('turns'), turn))
    const numbers = () => {
      const words = philox(f, [block, callLow, stream, callHigh], [seedLow, seedHigh])
      return transpose4(f, words).map(toUnit)
    }
    f.repeat(op('i32.shr_u', own, i32(4)), () => {
      numbers().forEach((vector, i) => f.store('v128.store', to, vector, 16 * i))
      f.add(to, 4 * turn)
      f.set(block, op('i32x4.add', block, i32x4(turn / 4)))
    })
    const rest = f.let(op('i32.and', own, i32(turn - 1)))
    f.if(rest, () => {
      for (const vector of numbers()) {
        f.if(
          op('i32.ge_s', rest, i32(4)),
          () => f.store('v128.store', to, vector),
          () => f.if(op('i32.gt_s', rest, i32(0)), () => storeSome(f, to, vector, rest)),
        )
        f.add(to, 16)
        f.add(rest, -4)
      }
    })
  },
})

/** Four words of each of four blocks. */
function philox(
  f: FunctionBuilder,
  counter: readonly [V128, V128, V128, V128],
  seed: readonly [Local<'v128'>, Local<'v128'>],
): Local<'v128'>[] {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = seed
  for (let round = 0; round < rounds; round++) {
    const [low0, high0] = product(f, c0, multiplier0)
    const [low1, high1] = product(f, c2, multiplier1)
    c0 = f.let(op('v128.xor', op('v128.xor', high1, c1), k0))
    c2 = f.let(op('v128.xor', op('v128.xor', high0, c3), k1))
    c1 = low1
    c3 = low0
    k0 = f.let(op('i32x4.add', k0, i32x4(weyl0)))
    k1 = f.let(op('i32x4.add', k1, i32x4(weyl1)))
  }
  return [c0, c1, c2, c3].map((word) => f.let(word))
}

/** The lower and the upper halves of the products of four words. */
function product(f: FunctionBuilder, words: V128, by: number): readonly [Local<'v128'>, Local<'v128'>] {
  const factor = i32x4(by)
  const first = f.let(op('i64x2.extmul_low_i32x4_u', words, factor))
  const last = f.let(op('i64x2.extmul_high_i32x4_u', words, factor))
  return [f.let(shuffle32(first, last, [0, 2, 4, 6])), f.let(shuffle32(first, last, [1, 3, 5, 7]))]
}

/** The upper 24 bits, which a float holds exactly, as a number in [0, 1). */
function toUnit(words: V128): V128 {
  const bits = op('i32x4.shr_u', words, i32(8))
  return op('f32x4.mul', op('f32x4.convert_i32x4_s', bits), f32x4(2 ** -24))
}
