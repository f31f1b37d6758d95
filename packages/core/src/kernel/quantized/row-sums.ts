/** Sums of the rows of matrices of bytes, less their zero points. */
import { extractLane, type FunctionBuilder, i32, i32x4, type Local, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { vectorOp } from '../register.ts'
import { type ByteType, signOf, zeroPoint } from './bytes.ts'

const params = {
  x: 'in',
  y: 'out',
  zero: 'in',
  /** Rows of all matrices, of one, and of a task. */
  count: 'i32',
  rows: 'i32',
  perTask: 'i32',
  depth: 'i32',
} as const

/** An int32 per row. `hasZeros`: every row of a matrix has a zero point of its own, the same in all matrices. */
export function rowSumKernel(dtype: ByteType, hasZeros: boolean): Kernel<typeof params> {
  return defineKernel({
    key: `row-sums:${dtype}${hasZeros ? ':zeros' : ''}`,
    params,
    emit({ f, arg, task }) {
      const row = f.let(op('i32.mul', task, arg('perTask')))
      const count = f.let(op('i32.sub', arg('count'), row))
      f.if(op('i32.gt_s', count, arg('perTask')), () => f.set(count, arg('perTask')))
      const depth = f.let(arg('depth'))
      const at = f.let(op('i32.add', arg('x'), op('i32.mul', row, depth)))
      const to = f.let(op('i32.add', arg('y'), op('i32.shl', row, i32(2))))
      const zero = zeroPoint(f, dtype, arg('zero'))
      f.repeat(count, () => {
        if (hasZeros) {
          const own = op('i32.add', arg('zero'), op('i32.rem_u', row, arg('rows')))
          f.set(zero, load(`i32.load8_${signOf(dtype)}`, own))
        }
        const sum = byteSum(f, dtype, at, depth)
        f.store('i32.store', to, op('i32.sub', sum, op('i32.mul', depth, zero)))
        f.add(to, 4)
        f.add(row, 1)
      })
    },
  })
}

/** The sum of bytes; moves the address behind them. */
export function byteSum(
  f: FunctionBuilder,
  dtype: ByteType,
  at: Local<'i32'>,
  count: Local<'i32'>,
): Local<'i32'> {
  const sums = f.let(i32x4(0))
  const sign = signOf(dtype)
  f.repeat(op('i32.shr_u', count, i32(4)), () => {
    const pairs = vectorOp(`i16x8.extadd_pairwise_i8x16_${sign}`, load('v128.load', at))
    f.set(sums, op('i32x4.add', sums, vectorOp(`i32x4.extadd_pairwise_i16x8_${sign}`, pairs)))
    f.add(at, 16)
  })
  const total = f.let(i32(0))
  f.repeat(op('i32.and', count, i32(15)), () => {
    f.add(total, load(`i32.load8_${sign}`, at))
    f.add(at, 1)
  })
  for (const lane of [0, 1, 2, 3]) f.add(total, extractLane('i32x4.extract_lane', sums, lane))
  return total
}
