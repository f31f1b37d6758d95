/** Gathers slices of a block-quantized tensor as floats. */
import { f32x4, i32, i32x4, type Local, load, op, select, v128Bytes } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { packedNumber } from './block-operands.ts'
import type { BlockForm } from './block-quantized.ts'
import { type I32, overRow, plus, smaller, storeSome, times, type V128 } from './vectors.ts'

export interface GatherForm extends BlockForm {
  readonly zeros: boolean
  readonly wideIndices: boolean
}

const params = {
  data: 'in',
  indices: 'in',
  scales: 'in',
  zeros: 'in',
  y: 'out',
  /** Indices, size of the axis that they index, lines of a slice, numbers and blocks of a line. */
  count: 'i32',
  axis: 'i32',
  lines: 'i32',
  size: 'i32',
  blocks: 'i32',
} as const

/** A task is a slice of the result. */
export function gatherBlocks(form: GatherForm): Kernel<typeof params> {
  const { bits, block, zeros, wideIndices } = form
  return defineKernel({
    key: `gather-blocks-${bits}-${block}${zeros ? '-zeros' : ''}${wideIndices ? '-wide' : ''}`,
    params,
    emit(k) {
      const { f } = k
      const [lines, size, blocks] = [f.let(k.arg('lines')), f.let(k.arg('size')), f.let(k.arg('blocks'))]
      const [axis, count] = [f.let(k.arg('axis')), f.let(k.arg('count'))]
      const place = plus(k.arg('indices'), times(op('i32.rem_u', k.task, count), wideIndices ? 8 : 4))
      const index = f.let(load('i32.load', place))
      f.set(index, select(plus(index, axis), index, op('i32.lt_s', index, i32(0))))
      f.set(index, select(i32(0), index, op('i32.lt_s', index, i32(0))))
      const held = smaller(f, index, op('i32.sub', axis, i32(1)))
      const slice = plus(op('i32.mul', op('i32.div_u', k.task, count), axis), held)
      const line = f.let(op('i32.mul', slice, lines))
      const data = f.let(plus(k.arg('data'), op('i32.mul', line, bytesOf(size, bits))))
      const scale = f.let(plus(k.arg('scales'), times(op('i32.mul', line, blocks), 4)))
      const zeroBytes = f.let(op('i32.shr_u', plus(times(blocks, bits), 7), i32(3)))
      const zero = f.let(zeros ? plus(k.arg('zeros'), op('i32.mul', line, zeroBytes)) : i32(0))
      const y = f.let(plus(k.arg('y'), times(op('i32.mul', op('i32.mul', k.task, lines), size), 4)))
      f.repeat(lines, () => {
        const number = f.local('i32')
        f.for(number, 0, blocks, 1, () => {
          const left = f.let(op('i32.sub', size, times(number, block)))
          const offset = f.let(f32x4(2 ** (bits - 1)))
          if (zeros)
            f.set(offset, op('f32x4.splat', op('f32.convert_i32_u', packedNumber(zero, number, bits))))
          const factor = f.let(load('v128.load32_splat', scale))
          emitBlock(k, form, { data, y, count: smaller(f, left, i32(block)), offset, factor })
          f.add(scale, 4)
        })
        f.add(zero, zeroBytes)
      })
    },
  })
}

const bytesOf = (numbers: I32, bits: number): I32 => op('i32.shr_u', times(numbers, bits), i32(3))

interface Block {
  readonly data: Local<'i32'>
  readonly y: Local<'i32'>
  readonly count: I32
  readonly offset: V128
  readonly factor: V128
}

function emitBlock(
  { f }: Pick<KernelBuilder, 'f'>,
  form: GatherForm,
  { data, y, count, offset, factor }: Block,
): void {
  overRow(f, count, [y], (left) => {
    const numbers = f.let(fourNumbers(form, data))
    storeSome(f, y, op('f32x4.mul', op('f32x4.sub', numbers, offset), factor), left)
    f.add(data, left ? bytesOf(left, form.bits) : form.bits / 2)
    if (left) f.add(y, times(left, 4))
  })
}

/** Four neighbours as floats. */
function fourNumbers({ bits }: GatherForm, data: I32): V128 {
  if (bits === 8) {
    const bytes = load('v128.load32_zero', data)
    const words = op('i32x4.extend_low_i16x8_u', op('i16x8.extend_low_i8x16_u', bytes))
    return op('f32x4.convert_i32x4_s', words)
  }
  const packed = op('i32x4.splat', load(bits === 4 ? 'i32.load16_u' : 'i32.load8_u', data))
  const mask = 2 ** bits - 1
  const apart = op('v128.and', packed, i32x4(mask, mask << bits, mask << (2 * bits), mask << (3 * bits)))
  return op(
    'f32x4.mul',
    op('f32x4.convert_i32x4_s', apart),
    f32Lanes([0, 1, 2, 3].map((i) => 2 ** (-bits * i))),
  )
}

function f32Lanes(values: readonly number[]): V128 {
  return v128Bytes(Array.from(new Uint8Array(Float32Array.from(values).buffer)))
}
