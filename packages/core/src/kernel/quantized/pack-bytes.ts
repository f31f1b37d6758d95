/**
 * Matrices of bytes as panels: for every two steps, `width` neighbours side by side, each as two bytes. Where the number
 * of steps is odd, the last of them comes twice. Panels of a matrix that is read from memory are half as large as pairs
 * of 16-bit numbers; zero points are left to whoever reads them.
 */
import { type FunctionBuilder, i32, type Local, load, op, select } from '../../wasm/index.ts'
import type { Packing } from '../gemm/pack.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { inTurn } from './bytes.ts'

const params = {
  x: 'in',
  y: 'out',
  count: 'i32',
  depth: 'i32',
  strideBytes: 'i32',
  batchBytes: 'i32',
  packedBytes: 'i32',
  /** Neighbours for one task, whole panels; and tasks for one matrix. */
  block: 'i32',
  tasks: 'i32',
} as const

interface Panel {
  readonly width: number
  readonly from: Local<'i32'>
  readonly stride: Local<'i32'>
  readonly depth: Local<'i32'>
  /** Neighbours from here to the end of the matrix. */
  readonly left: Local<'i32'>
  readonly to: Local<'i32'>
}

/** Bytes of one packed matrix. */
export function bytePanels(width: number, count: number, depth: number): number {
  return 2 * Math.ceil(count / width) * width * Math.ceil(depth / 2)
}

/** Packs a batch of matrices whole; `width` is a multiple of 8. */
export function bytePanelKernel(packing: Packing, width: number): Kernel<typeof params> {
  return defineKernel({
    key: `byte-panels:${packing}:${width}`,
    params,
    emit({ f, arg, task }) {
      const matrix = f.let(op('i32.div_u', task, arg('tasks')))
      const at = f.let(op('i32.mul', op('i32.rem_u', task, arg('tasks')), arg('block')))
      const left = f.let(op('i32.sub', arg('count'), at))
      const rest = f.let(select(left, arg('block'), op('i32.lt_s', left, arg('block'))))
      const [stride, depth] = [f.let(arg('strideBytes')), f.let(arg('depth'))]
      const pairs = f.let(op('i32.shr_u', op('i32.add', depth, i32(1)), i32(1)))
      const step = packing === 'copy' ? i32(1) : stride
      const source = op('i32.add', arg('x'), op('i32.mul', matrix, arg('batchBytes')))
      const target = op('i32.add', arg('y'), op('i32.mul', matrix, arg('packedBytes')))
      const from = f.let(op('i32.add', source, op('i32.mul', at, step)))
      const to = f.let(op('i32.add', target, op('i32.mul', at, op('i32.shl', pairs, i32(1)))))
      f.repeat(op('i32.div_u', op('i32.add', rest, i32(width - 1)), i32(width)), () => {
        const panel = { width, from, stride, depth, left, to }
        if (packing === 'copy') copyPanel(f, panel)
        else turnPanel(f, panel)
        f.add(from, op('i32.mul', step, i32(width)))
        f.add(to, op('i32.mul', pairs, i32(2 * width)))
        f.add(left, -width)
      })
    },
  })
}

function copyPanel(f: FunctionBuilder, { width, from, stride, depth, to }: Panel): void {
  const [first, second, target] = [f.let(from), f.local('i32'), f.let(to)]
  const put = () => {
    for (let i = 0; i < width; i += 8) {
      const bytes = inTurn(load('v128.load64_zero', first, i), load('v128.load64_zero', second, i))
      f.store('v128.store', target, bytes, 2 * i)
    }
    f.add(target, 2 * width)
  }
  f.repeat(op('i32.shr_u', depth, i32(1)), () => {
    f.set(second, op('i32.add', first, stride))
    put()
    f.set(first, op('i32.add', second, stride))
  })
  f.if(op('i32.and', depth, i32(1)), () => {
    f.set(second, first)
    put()
  })
}

/** Neighbour by neighbour; those behind the last one are left out. */
function turnPanel(f: FunctionBuilder, { width, from, stride, depth, left, to }: Panel): void {
  const [row, start] = [f.let(from), f.let(to)]
  const [at, target] = [f.local('i32'), f.local('i32')]
  f.repeat(select(left, i32(width), op('i32.lt_s', left, i32(width))), () => {
    f.set(at, row)
    f.set(target, start)
    f.repeat(op('i32.shr_u', depth, i32(1)), () => {
      f.store('i32.store16', target, load('i32.load16_u', at))
      f.add(at, 2)
      f.add(target, 2 * width)
    })
    f.if(op('i32.and', depth, i32(1)), () => {
      const last = load('i32.load8_u', at)
      f.store('i32.store16', target, op('i32.mul', last, i32(0x101)))
    })
    f.add(row, stride)
    f.add(start, 2)
  })
}
