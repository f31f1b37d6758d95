/** Prepares what products with block-quantized matrices read: rows in the order of the numbers, zero points as floats. */
import { f32, f32x4, i32, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import {
  type BlockForm,
  blockVectors,
  formKey,
  lanes,
  loads,
  lowering,
  numberOf,
  places,
} from './block-quantized.ts'
import { type I32, plus, times, vector } from './vectors.ts'

const rowParams = { x: 'in', out: 'out', columns: 'i32', blocks: 'i32' } as const

/** Bytes of a block of a row: its vectors and, where asked for, the vector of their sums. */
export const rowBlockBytes = (form: BlockForm, sums: boolean): number =>
  16 * (blockVectors(form) + (sums ? 1 : 0))

/**
 * Rows in the order of `raisedNumbers`, zeros behind their end; a task is a row. With sums, values are lowered as
 * raised numbers want it, and the sums of what they were come behind each block.
 */
export function arrangeRows(form: BlockForm, sums: boolean): Kernel<typeof rowParams> {
  return defineKernel({
    key: `arrange-rows-${formKey(form)}${sums ? '-sums' : ''}`,
    params: rowParams,
    emit(k) {
      const { f } = k
      const columns = f.let(k.arg('columns'))
      const x = f.let(plus(k.arg('x'), times(op('i32.mul', k.task, columns), 4)))
      const row = times(k.arg('blocks'), rowBlockBytes(form, sums))
      const out = f.let(plus(k.arg('out'), op('i32.mul', k.task, row)))
      const start = f.let(i32(0))
      const value = f.local('f32')
      f.repeat(k.arg('blocks'), () => {
        for (let i = 0; i < loads(form); i++) {
          for (let place = 0; place < places(form); place++) {
            const to = 16 * (i * places(form) + place)
            for (let lane = 0; lane < 4; lane++) {
              f.set(value, f32(0))
              const at = f.let(plus(start, numberOf(form, { load: i, place, lane })))
              if (lane < lanes(form))
                f.if(op('i32.lt_s', at, columns), () => f.set(value, load('f32.load', plus(x, times(at, 4)))))
              f.store('f32.store', out, value, to + 4 * lane)
            }
          }
        }
        if (sums) emitSums(k, form, out)
        f.add(out, rowBlockBytes(form, sums))
        f.add(start, form.block)
      })
    },
  })
}

/** Puts the sums of a block behind it, and lowers its values. */
function emitSums({ f }: Pick<KernelBuilder, 'f'>, form: BlockForm, out: I32): void {
  const total = f.let(f32x4(0))
  for (let v = 0; v < blockVectors(form); v++) {
    const own = f.let(vector(out, 16 * v))
    f.set(total, op('f32x4.add', total, own))
    const factor = lowering(form, v % places(form))
    if (factor !== 1) f.store('v128.store', out, op('f32x4.mul', own, f32x4(factor)), 16 * v)
  }
  f.store('v128.store', out, total, 16 * blockVectors(form))
}

const zeroParams = { packed: 'in', out: 'out', blocks: 'i32', rowBytes: 'i32' } as const

/** Packed zero points of each row as floats; a task is a row. */
export function unpackZeroPoints(bits: number): Kernel<typeof zeroParams> {
  return defineKernel({
    key: `unpack-zero-points-${bits}`,
    params: zeroParams,
    emit(k) {
      const { f } = k
      const blocks = f.let(k.arg('blocks'))
      const packed = f.let(plus(k.arg('packed'), op('i32.mul', k.task, k.arg('rowBytes'))))
      const out = f.let(plus(k.arg('out'), times(op('i32.mul', k.task, blocks), 4)))
      const block = f.local('i32')
      f.for(block, 0, blocks, 1, () => {
        f.store('f32.store', out, op('f32.convert_i32_u', packedNumber(packed, block, bits)))
        f.add(out, 4)
      })
    },
  })
}

/** The `index`-th of numbers of `bits` bits in bytes, the lowest first. */
export function packedNumber(address: I32, index: I32, bits: number): I32 {
  const bit = times(index, bits)
  const byte = load('i32.load8_u', plus(address, op('i32.shr_u', bit, i32(3))))
  return op('i32.and', op('i32.shr_u', byte, op('i32.and', bit, i32(7))), i32(2 ** bits - 1))
}
