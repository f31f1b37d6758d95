/**
 * Matrices of 8-bit numbers as panels of pairs: for every two steps, `width` neighbours side by side, each as two
 * 16-bit numbers less their zero point. A pair takes four bytes, so panels have the form of those of floats with half
 * the steps. Where the number of steps is odd, the last pair ends in 0.
 */
import { type FunctionBuilder, i32, i32x4, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { type Packing, turned } from '../gemm/pack.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { vectorOp } from '../register.ts'
import { type ByteType, inTurn, signOf, splatZero, widened, zeroPoint } from './bytes.ts'

const params = {
  x: 'in',
  y: 'out',
  zero: 'in',
  count: 'i32',
  depth: 'i32',
  strideBytes: 'i32',
  batchBytes: 'i32',
  packedBytes: 'i32',
  /** Zero points of one matrix, where each has its own. */
  zeroBatch: 'i32',
  /** Neighbours for one task, whole panels; and tasks for one matrix. */
  block: 'i32',
  tasks: 'i32',
} as const

/** One panel: `left` neighbours of it exist. */
interface Panel {
  readonly dtype: ByteType
  readonly width: number
  readonly from: Local<'i32'>
  readonly stride: Local<'i32'>
  readonly depth: Local<'i32'>
  readonly left: Local<'i32'>
  readonly to: Local<'i32'>
  /** The zero point of one neighbour, or of the four from it on as pairs. */
  zero(neighbour: number): Local<'v128'>
}

/** Bytes of one packed matrix. */
export function pairBytes(width: number, count: number, depth: number): number {
  return 4 * Math.ceil(count / width) * width * Math.ceil(depth / 2)
}

/** Packs a batch of matrices whole. `hasZeros`: every neighbour has a zero point of its own. */
export function pairKernel(
  packing: Packing,
  width: number,
  dtype: ByteType,
  hasZeros: boolean,
): Kernel<typeof params> {
  return defineKernel({
    key: `pairs:${packing}:${width}:${dtype}${hasZeros ? ':zeros' : ''}`,
    params,
    emit({ f, arg, task }) {
      const matrix = f.let(op('i32.div_u', task, arg('tasks')))
      const at = f.let(op('i32.mul', op('i32.rem_u', task, arg('tasks')), arg('block')))
      const left = f.let(op('i32.sub', arg('count'), at))
      const rest = f.let(left)
      f.if(op('i32.gt_s', left, arg('block')), () => f.set(rest, arg('block')))
      const [stride, depth] = [f.let(arg('strideBytes')), f.let(arg('depth'))]
      const pairs = f.let(op('i32.shr_u', op('i32.add', depth, i32(1)), i32(1)))
      const step = packing === 'copy' ? i32(1) : stride
      const source = op('i32.add', arg('x'), op('i32.mul', matrix, arg('batchBytes')))
      const target = op('i32.add', arg('y'), op('i32.mul', matrix, arg('packedBytes')))
      const from = f.let(op('i32.add', source, op('i32.mul', at, step)))
      const to = f.let(op('i32.add', target, op('i32.mul', at, op('i32.shl', pairs, i32(2)))))
      const same = f.let(splatZero(f, zeroPoint(f, dtype, arg('zero'))))
      const zeros = op('i32.add', arg('zero'), op('i32.mul', matrix, arg('zeroBatch')))
      const zeroAt = f.let(op('i32.add', zeros, at))
      f.repeat(op('i32.div_u', op('i32.add', rest, i32(width - 1)), i32(width)), () => {
        const zero = (neighbour: number) =>
          hasZeros ? ownZero(f, packing, dtype, zeroAt, neighbour, left) : same
        const panel = { dtype, width, from, stride, depth, left, to, zero }
        if (packing === 'copy') copyPanel(f, panel)
        else turnPanel(f, panel)
        f.add(from, op('i32.mul', step, i32(width)))
        f.add(to, op('i32.mul', pairs, i32(4 * width)))
        f.add(left, -width)
        f.add(zeroAt, width)
      })
    },
  })
}

function ownZero(
  f: FunctionBuilder,
  packing: Packing,
  dtype: ByteType,
  at: Local<'i32'>,
  neighbour: number,
  left: Local<'i32'>,
): Local<'v128'> {
  if (packing === 'copy') {
    const zeros = f.let(load('v128.load32_zero', at, neighbour))
    return f.let(widened(f, dtype, inTurn(zeros, zeros))[0])
  }
  const zero = f.let(i32(0))
  f.if(op('i32.gt_s', left, i32(neighbour)), () =>
    f.set(zero, load(`i32.load8_${signOf(dtype)}`, at, neighbour)),
  )
  return splatZero(f, zero)
}

function copyPanel(f: FunctionBuilder, { dtype, width, from, stride, depth, to, zero }: Panel): void {
  const [first, second, target] = [f.let(from), f.local('i32'), f.let(to)]
  const zeros = Array.from({ length: width / 4 }, (_, v) => f.let(zero(4 * v)))
  const put = (finish: (pairs: Operand<'v128'>) => Operand<'v128'>) => {
    for (let v = 0; 4 * v < width; v++) {
      const bytes = inTurn(load('v128.load32_zero', first, 4 * v), load('v128.load32_zero', second, 4 * v))
      f.store('v128.store', target, finish(op('i16x8.sub', widened(f, dtype, bytes)[0], zeros[v]!)), 16 * v)
    }
    f.add(target, 4 * width)
  }
  f.repeat(op('i32.shr_u', depth, i32(1)), () => {
    f.set(second, op('i32.add', first, stride))
    put((pairs) => pairs)
    f.set(first, op('i32.add', second, stride))
  })
  f.if(op('i32.and', depth, i32(1)), () => {
    f.set(second, first)
    put((pairs) => op('v128.and', pairs, i32x4(0xffff)))
  })
}

function turnPanel(f: FunctionBuilder, panel: Panel): void {
  const { width, from, stride, left, to, zero } = panel
  let row = f.let(from)
  for (let i = 0; i < width; i += 4) {
    const rows: Local<'i32'>[] = []
    const zeros: Local<'v128'>[] = []
    for (let lane = 0; lane < Math.min(4, width - i); lane++) {
      if (i + lane > 0) {
        // Neighbours behind the last one stand for it: nothing behind the matrix is read.
        const isThere = op('i32.gt_s', left, i32(i + lane))
        row = f.let(op('i32.add', row, op('i32.mul', stride, isThere)))
      }
      rows.push(f.let(row))
      zeros.push(zero(i + lane))
    }
    turnRows(f, panel, rows, zeros, f.let(op('i32.add', to, i32(4 * i))))
  }
}

/** Eight steps of up to four rows at a time become four times as many pairs. */
function turnRows(
  f: FunctionBuilder,
  { dtype, width, depth }: Panel,
  rows: readonly Local<'i32'>[],
  zeros: readonly Local<'v128'>[],
  target: Local<'i32'>,
): void {
  const centred = (bytes: Operand<'v128'>, lane: number) =>
    f.let(op('i16x8.sub', vectorOp(`i16x8.extend_low_i8x16_${signOf(dtype)}`, bytes), zeros[lane]!))
  f.repeat(op('i32.shr_u', depth, i32(3)), () => {
    const x = rows.map((row, lane) => centred(load('v128.load64_zero', row), lane))
    const steps = turned(
      f,
      [0, 1, 2, 3].map((lane) => x[lane] ?? x[0]!),
    )
    steps.forEach((pairs, step) => void storePairs(f, target, pairs, rows.length, 4 * width * step))
    for (const row of rows) f.add(row, 8)
    f.add(target, 16 * width)
  })
  const last = f.let(op('i32.and', depth, i32(1)))
  const mask = f.let(i32x4(0xffff))
  f.repeat(op('i32.shr_u', op('i32.add', op('i32.and', depth, i32(7)), i32(1)), i32(1)), (remaining) => {
    rows.forEach((row, lane) => {
      const pair = centred(op('i16x8.splat', load('i32.load16_u', row)), lane)
      f.if(op('i32.and', last, op('i32.eq', remaining, i32(1))), () =>
        f.set(pair, op('v128.and', pair, mask)),
      )
      f.storeLane('v128.store32_lane', target, pair, 0, 4 * lane)
      f.add(row, 2)
    })
    f.add(target, 4 * width)
  })
}

function storePairs(
  f: FunctionBuilder,
  at: Local<'i32'>,
  pairs: Local<'v128'>,
  count: number,
  offset: number,
): void {
  if (count === 4) f.store('v128.store', at, pairs, offset)
  else
    for (let lane = 0; lane < count; lane++)
      f.storeLane('v128.store32_lane', at, pairs, lane, offset + 4 * lane)
}
