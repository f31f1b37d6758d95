/** What is done with windows of bytes: their maximum, their mean, or their product with weights. */
import { f32x4, i32, i32x4, type Local, load, op } from '../../wasm/index.ts'
import type { KernelBuilder, ParamSpec } from '../kernel.ts'
import { vectorOp } from '../register.ts'
import { eachTap, eachTapPair, type WindowWork } from './byte-windows.ts'
import { type ByteType, pairedBytes, signOf, splatZero, stridedBytes, widened, zeroPoint } from './bytes.ts'
import { factorAt, narrowed, requantizer } from './finish.ts'

/** The largest byte of a window; borders hold the least one. */
export function windowMaximum(dtype: ByteType, stride: number): WindowWork {
  return {
    key: `maximum:${dtype}`,
    params: {},
    lanes: 16,
    emit: (k) => (windows) => {
      const { f } = k
      const most = f.let(i32x4(dtype === 'int8' ? -0x7f7f7f80 : 0))
      eachTap(k, windows, (at) => {
        f.set(most, vectorOp(`i8x16.max_${signOf(dtype)}`, most, stridedBytes(f, stride, 16, at)))
      })
      return most
    },
  }
}

export const meanParams = {
  xScale: 'in',
  xZero: 'in',
  yScale: 'in',
  yZero: 'in',
  /** Elements that count in each window, by row and by column, as floats. */
  rowCounts: 'in',
  columnCounts: 'in',
} as const satisfies ParamSpec

/** The mean of a window, every sum rounded to float32; borders hold the zero point. */
export function windowMean(dtype: ByteType, stride: number): WindowWork {
  return {
    key: `mean:${dtype}`,
    params: meanParams,
    lanes: 4,
    emit(builder) {
      const { f, arg } = builder as KernelBuilder<typeof meanParams> // among its own
      const [xZero, yZero] = [zeroPoint(f, dtype, arg('xZero')), zeroPoint(f, dtype, arg('yZero'))]
      const zeros = f.let(op('i32x4.splat', xZero))
      const shift = f.let(op('f32x4.convert_i32x4_s', op('i32x4.splat', yZero)))
      const scale = f.let(load('v128.load32_splat', arg('xScale')))
      const divisor = f.let(load('v128.load32_splat', arg('yScale')))
      return (windows) => {
        const sum = f.let(f32x4(0))
        eachTap(builder, windows, (at) => {
          const sign = signOf(dtype)
          const pairs = vectorOp(`i16x8.extend_low_i8x16_${sign}`, stridedBytes(f, stride, 4, at))
          const centred = op('i32x4.sub', vectorOp(`i32x4.extend_low_i16x8_${sign}`, pairs), zeros)
          f.set(sum, op('f32x4.add', sum, op('f32x4.mul', op('f32x4.convert_i32x4_s', centred), scale)))
        })
        const four = (at: Local<'i32'>) => op('i32.shl', at, i32(2))
        const columns = load('v128.load', op('i32.add', arg('columnCounts'), four(windows.column)))
        const rows = load('v128.load32_splat', op('i32.add', arg('rowCounts'), four(windows.row)))
        const count = op('f32x4.pmax', op('f32x4.mul', rows, columns), f32x4(1))
        const steps = op('f32x4.div', op('f32x4.div', sum, count), divisor)
        const rounded = op('f32x4.nearest', op('f32x4.add', steps, shift))
        return narrowed(f, dtype, [op('i32x4.trunc_sat_f32x4_s', rounded)])
      }
    },
  }
}

export const depthwiseParams = {
  /** Pairs of weights less their zero point, map by map. */
  weights: 'in',
  weightBytes: 'i32',
  xZero: 'in',
  yZero: 'in',
  bias: 'in',
  factors: 'in',
  factorStep: 'i32',
  maps: 'i32',
} as const satisfies ParamSpec

/** The product of a window with the weights of its map, rescaled. */
export function depthwiseProduct(
  inputType: ByteType,
  outputType: ByteType,
  stride: number,
  target: KernelBuilder['target'],
): WindowWork {
  return {
    key: `product:${inputType}:${outputType}:${target.relaxed ? 'relaxed' : 'strict'}`,
    params: depthwiseParams,
    lanes: 8,
    emit(builder) {
      const { f, arg } = builder as KernelBuilder<typeof depthwiseParams> // among its own
      const zero = splatZero(f, zeroPoint(f, inputType, arg('xZero')))
      const { scaled } = requantizer(f, target, outputType, arg('yZero'))
      return (windows) => {
        const map = f.let(op('i32.rem_u', windows.plane, arg('maps')))
        const weight = f.let(op('i32.add', arg('weights'), op('i32.mul', map, arg('weightBytes'))))
        const low = f.let(i32x4(0))
        f.if(arg('bias'), () =>
          f.set(low, load('v128.load32_splat', op('i32.add', arg('bias'), op('i32.shl', map, i32(2))))),
        )
        const high = f.let(low)
        const pair = f.local('v128')
        eachTapPair(builder, windows, (first, second) => {
          f.set(pair, load('v128.load32_splat', weight))
          const halves = widened(f, inputType, pairedBytes(f, stride, first, second))
          halves.forEach((half, i) => {
            const sum = i === 0 ? low : high
            const product = op('i32x4.dot_i16x8_s', op('i16x8.sub', half, zero), pair)
            f.set(sum, op('i32x4.add', sum, product))
          })
          f.add(weight, 4)
        })
        const at = op('i32.add', arg('factors'), op('i32.mul', map, arg('factorStep')))
        const factor = f.let(factorAt(at, 0, true))
        return narrowed(f, outputType, [scaled(low, factor), scaled(high, factor)])
      }
    },
  }
}
