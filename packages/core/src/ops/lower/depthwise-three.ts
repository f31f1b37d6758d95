/** Depthwise rows for 3×3 windows that move by one or two columns: all nine weights stay in registers. */
import { multiplyAdd } from '../../kernel/spatial/multiply-add.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { i32, type Local, load, op } from '../../wasm/index.ts'
import type { DepthwiseBuilder, DepthwiseStrip } from './conv-depthwise.ts'

/** Emits the rows of a strip; `finish` follows every row. */
export function emitThreeByThree(
  k: DepthwiseBuilder,
  step: 1 | 2,
  { place, weights, bias, first, end }: DepthwiseStrip,
  finish: (y: Local<'i32'>) => void,
): void {
  const { f, arg, scratch } = k
  const { width, out } = place
  const w = Array.from({ length: 9 }, (_, tap) => f.let(load('v128.load32_splat', weights, 4 * tap)))
  const row = f.let(scratch)
  const stride = f.let(op('i32.mul', arg('rowBytes'), arg('rowStride')))
  const rowBytes = f.let(op('i32.shl', width, i32(2)))
  const tapRow = f.let(arg('tapRowBytes'))
  const phase = f.let(arg('phaseBytes'))
  const y = f.let(first)
  const emitRows = (count: 1 | 2) => {
    const rows = pointers(k, row, tapRow, count + 2)
    const odd = step === 2 ? rows.map((at) => f.let(op('i32.add', at, phase))) : rows
    const outs = [out, f.let(op('i32.add', out, rowBytes))].slice(0, count)
    const sums = outs.map(() => f.local('v128'))
    forVectors(f, width, (x, store) => {
      for (const sum of sums) f.set(sum, bias)
      emitInputRow(k, { step, x, w, rows, odd, sums, width }, 0)
      sums.forEach((sum, i) => store(op('i32.add', outs[i]!, x), sum))
    })
    for (let i = 0; i < count; i++) {
      finish(y)
      f.add(row, stride)
      f.add(out, rowBytes)
      f.add(y, 1)
    }
  }
  // Output rows that lie one input row apart share two thirds of their loads.
  if (step === 1) {
    const left = f.let(op('i32.sub', end, y))
    const apart = op('i32.eq', stride, tapRow)
    f.repeat(op('i32.mul', op('i32.shr_s', left, i32(1)), apart), () => emitRows(2))
  }
  f.repeat(op('i32.sub', end, y), () => emitRows(1))
}

interface Rows {
  readonly step: 1 | 2
  readonly x: Local<'i32'>
  readonly w: readonly Local<'v128'>[]
  readonly rows: readonly Local<'i32'>[]
  readonly odd: readonly Local<'i32'>[]
  readonly sums: readonly Local<'v128'>[]
  readonly width: Local<'i32'>
}

/**
 * The taps of the `r`-th input row. The branch that is never taken ends the basic block: within one, V8 moves all loads
 * before all arithmetic, and their results do not fit into the registers.
 */
function emitInputRow(k: DepthwiseBuilder, part: Rows, r: number): void {
  const { f, target } = k
  const { step, x, w, rows, odd, sums, width } = part
  const at = f.let(op('i32.add', rows[r]!, x))
  const second = step === 2 ? f.let(op('i32.add', odd[r]!, x)) : at
  const taps = [
    f.let(load('v128.load', at)),
    f.let(load('v128.load', second, step === 2 ? 0 : 4)),
    f.let(load('v128.load', at, step === 2 ? 4 : 8)),
  ]
  taps.forEach((tap, c) => {
    sums.forEach((sum, i) => {
      const weight = w[3 * (r - i) + c]
      if (weight && r >= i) f.set(sum, multiplyAdd(target, weight, tap, sum))
    })
  })
  if (r + 1 === rows.length) return
  f.block((end) => {
    f.branchIf(end, op('i32.lt_s', width, i32(0)))
    emitInputRow(k, part, r + 1)
  })
}

function pointers({ f }: DepthwiseBuilder, row: Local<'i32'>, tapRow: Local<'i32'>, count: number) {
  const rows = [f.let(row)]
  while (rows.length < count) rows.push(f.let(op('i32.add', rows.at(-1)!, tapRow)))
  return rows
}
