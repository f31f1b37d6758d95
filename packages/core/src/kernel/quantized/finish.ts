/** What becomes of the 32-bit sums of a product: they stay, become floats, or are quantized again. */
import {
  type FunctionBuilder,
  f32x4,
  i32,
  i32x4,
  type Local,
  load,
  type Operand,
  op,
} from '../../wasm/index.ts'
import { multiplyAdd } from '../gemm/tile-product.ts'
import { vectorOp } from '../register.ts'
import type { Target } from '../target.ts'
import { type ByteType, signOf, zeroPoint } from './bytes.ts'

/**
 * 1.5 · 2²³: floats around it are whole numbers, so adding it to a number of up to 22 bits rounds that half to even and
 * leaves it in the lowest bits.
 */
const magic = 12582912
const magicBits = 0x4b400000

/** Puts a number in units of the output's scale into its type: four lanes of 32 bits, to be narrowed with saturation. */
export interface Requantizer {
  /** sum · factor, rounded half to even, plus the zero point; sums are integers. */
  scaled(sum: Operand<'v128'>, factor: Operand<'v128'>): Operand<'v128'>
}

/** Reads the zero point at an address, or takes 0 where that is 0. */
export function requantizer(
  f: FunctionBuilder,
  target: Target,
  dtype: ByteType,
  zeroAddress: Operand<'i32'>,
): Requantizer {
  const zero = zeroPoint(f, dtype, zeroAddress)
  const lowest = op('i32.sub', i32(dtype === 'int8' ? -128 : 0), zero)
  // Below it bits no longer count in the order of the numbers; above it they do, and narrowing saturates.
  const least = f.let(op('f32x4.splat', op('f32.convert_i32_s', op('i32.add', i32(magic), lowest))))
  const shift = f.let(op('i32x4.splat', op('i32.sub', i32(magicBits), zero)))
  const from = f.let(f32x4(magic))
  return {
    scaled(sum, factor) {
      const steps = multiplyAdd(target, op('f32x4.convert_i32x4_s', sum), factor, from)
      return op('i32x4.sub', op('f32x4.pmax', least, steps), shift)
    },
  }
}

/** Four vectors of 32-bit lanes or fewer as bytes, in order from the lowest lane on. */
export function narrowed(
  f: FunctionBuilder,
  dtype: ByteType,
  lanes: readonly Operand<'v128'>[],
): Local<'v128'> {
  const [a, b = a, c = a, d = b] = lanes as readonly [Operand<'v128'>, ...Operand<'v128'>[]] // one at least
  const low = f.let(op('i16x8.narrow_i32x4_s', a, b))
  const high = lanes.length > 2 ? op('i16x8.narrow_i32x4_s', c, d) : low
  return f.let(vectorOp(`i8x16.narrow_i16x8_${signOf(dtype)}`, low, high))
}

/** Four lanes of zeros, for sums to start from. */
export const noSum = (): Operand<'v128'> => i32x4(0)

/** Four factors from an address on, or one of them. */
export function factorAt(address: Operand<'i32'>, offset: number, isOne: boolean): Operand<'v128'> {
  return load(isOne ? 'v128.load32_splat' : 'v128.load', address, offset)
}
