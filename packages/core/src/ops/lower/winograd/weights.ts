/** Weights in the frequency domain, in the panels that the matrix product reads: computed in doubles, once. */
import { defineKernel, type Kernel } from '../../../kernel/kernel.ts'
import { i32, type Local, load, type Operand, op } from '../../../wasm/index.ts'
import type { Transform } from './transforms.ts'

const params = {
  w: 'in',
  u: 'out',
  channels: 'i32',
  /** Bytes from frequency to frequency. */
  uStride: 'i32',
} as const

/** A task is the weights of one output channel; `rows` of them lie side by side in a panel. */
export function weightsKernel(transform: Transform, rows: number): Kernel<typeof params> {
  return defineKernel({
    key: `winograd-weights:${transform.outputs}:${rows}`,
    params,
    emit({ f, arg, task }) {
      const { size } = transform
      const panelBytes = op('i32.mul', arg('channels'), i32(4 * rows))
      const panel = op('i32.mul', op('i32.div_u', task, i32(rows)), panelBytes)
      const lane = op('i32.shl', op('i32.rem_u', task, i32(rows)), i32(2))
      const to = f.let(op('i32.add', arg('u'), op('i32.add', panel, lane)))
      const from = f.let(
        op('i32.add', arg('w'), op('i32.mul', op('i32.mul', task, arg('channels')), i32(36))),
      )
      const stride = f.let(arg('uStride'))
      f.repeat(arg('channels'), () => {
        const tap = (i: number) => f.let(op('f64.promote_f32', load('f32.load', from, 4 * i)))
        const g = Array.from({ length: 9 }, (_, i) => tap(i))
        const columns = [0, 1, 2].map((c) => keep(transform.weights(f, [g[c]!, g[c + 3]!, g[c + 6]!])))
        const at = f.let(to)
        for (let i = 0; i < size; i++) {
          const row = transform.weights(
            f,
            columns.map((column) => column[i]!),
          )
          for (const value of row) {
            f.store('f32.store', at, op('f32.demote_f64', value))
            f.add(at, stride)
          }
        }
        f.add(from, 36)
        f.add(to, 4 * rows)
      })
      function keep(values: readonly Operand<'f64'>[]): Local<'f64'>[] {
        return values.map((value) => f.let(value))
      }
    },
  })
}
