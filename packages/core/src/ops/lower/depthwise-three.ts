/** Depthwise rows for 3×3 windows that move by one or two columns: all nine weights stay in registers. */
import { multiplyAdd } from '../../kernel/spatial/multiply-add.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import type { DepthwiseBuilder, DepthwiseStrip } from './conv-depthwise.ts'

export function emitThreeByThree(
  k: DepthwiseBuilder,
  step: 1 | 2,
  { place, weights, bias, first, end }: DepthwiseStrip,
  finish: (y: Local<'i32'>) => void,
): void {
  const { f, arg, scratch, target } = k
  const { width, out } = place
  const w = Array.from({ length: 9 }, (_, tap) => f.let(load('v128.load32_splat', weights, 4 * tap)))
  const row = f.let(scratch)
  const stride = f.let(op('i32.mul', arg('rowBytes'), arg('rowStride')))
  const rowBytes = f.let(op('i32.shl', width, i32(2)))
  const tapRow = f.let(arg('tapRowBytes'))
  const phase = f.let(arg('phaseBytes'))
  const y = f.local('i32')
  f.for(y, first, end, 1, () => {
    const rows = pointers(k, row, tapRow)
    const odd = step === 2 ? rows.map((at) => f.let(op('i32.add', at, phase))) : []
    forVectors(f, width, (x, store) => {
      let sum: Operand<'v128'> = bias
      for (let r = 0; r < 3; r++) {
        const at = f.let(op('i32.add', rows[r]!, x))
        const second = step === 2 ? f.let(op('i32.add', odd[r]!, x)) : at
        const taps = [
          load('v128.load', at),
          load('v128.load', second, step === 2 ? 0 : 4),
          load('v128.load', at, step === 2 ? 4 : 8),
        ]
        taps.forEach((tap, c) => {
          sum = multiplyAdd(target, w[3 * r + c]!, tap, sum)
        })
      }
      store(op('i32.add', out, x), sum)
    })
    finish(y)
    f.add(row, stride)
    f.add(out, rowBytes)
  })
}

function pointers({ f }: DepthwiseBuilder, row: Local<'i32'>, tapRow: Local<'i32'>): Local<'i32'>[] {
  const second = f.let(op('i32.add', row, tapRow))
  return [f.let(row), second, f.let(op('i32.add', second, tapRow))]
}
