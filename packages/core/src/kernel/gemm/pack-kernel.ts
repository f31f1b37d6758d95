/** Packing as a kernel of its own, so that constant matrices are packed once. */
import { i32, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { emitPack, type Packing } from './pack.ts'

const params = {
  x: 'in',
  y: 'out',
  count: 'i32',
  depth: 'i32',
  strideBytes: 'i32',
  /** Bytes of one matrix of a batch. */
  batchBytes: 'i32',
  packedBytes: 'i32',
  /** Neighbours for one task, whole panels; and tasks for one matrix. */
  block: 'i32',
  tasks: 'i32',
  scale: 'f32',
} as const

/** Packs a batch of matrices whole; a panel holds all steps. */
export function packKernel(packing: Packing, width: number, isScaled: boolean): Kernel<typeof params> {
  return defineKernel({
    key: `pack:${packing}:${width}${isScaled ? ':scaled' : ''}`,
    params,
    emit({ f, arg, task }) {
      const matrix = f.let(op('i32.div_u', task, arg('tasks')))
      const at = f.let(op('i32.mul', op('i32.rem_u', task, arg('tasks')), arg('block')))
      const [left, depth] = [f.let(op('i32.sub', arg('count'), at)), f.let(arg('depth'))]
      f.if(op('i32.gt_s', left, arg('block')), () => f.set(left, arg('block')))
      const step = packing === 'copy' ? i32(4) : arg('strideBytes')
      const source = op('i32.add', arg('x'), op('i32.mul', matrix, arg('batchBytes')))
      const target = op('i32.add', arg('y'), op('i32.mul', matrix, arg('packedBytes')))
      emitPack(f, {
        packing,
        width,
        from: op('i32.add', source, op('i32.mul', at, step)),
        strideBytes: arg('strideBytes'),
        count: left,
        depth,
        to: op('i32.add', target, op('i32.mul', at, op('i32.shl', depth, i32(2)))),
        scale: isScaled ? f.let(op('f32x4.splat', arg('scale'))) : undefined,
      })
    },
  })
}

/** Bytes of one packed matrix with `count` neighbours and `depth` steps. */
export function packedBytes(width: number, count: number, depth: number): number {
  return 4 * Math.ceil(count / width) * width * depth
}
