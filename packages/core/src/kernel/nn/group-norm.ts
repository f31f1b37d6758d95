/** Normalization of groups of channels, each of which is scaled and shifted afterwards. */
import { op } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { emitMoments } from './layer-norm.ts'
import { floatAt, madd, overRow, plus, storeSome, times, vector } from './vectors.ts'

const params = {
  x: 'in',
  gain: 'in',
  bias: 'in',
  y: 'out',
  groups: 'i32',
  /** Channels of a group, and elements of a channel. */
  channels: 'i32',
  inner: 'i32',
  epsilon: 'f32',
} as const

/** One group of channels of one instance per task. */
export function groupNorm(target: Target): Kernel<typeof params> {
  return defineKernel({
    key: `group-norm-${targetKey(target)}`,
    params,
    inplace: [['x', 'y']],
    emit(k) {
      const { f } = k
      const [channels, inner] = [f.let(k.arg('channels')), f.let(k.arg('inner'))]
      const size = f.let(op('i32.mul', channels, inner))
      const offset = f.let(times(op('i32.mul', k.task, size), 4))
      const [x, y] = [f.let(plus(k.arg('x'), offset)), f.let(plus(k.arg('y'), offset))]
      const { mean, inverse } = emitMoments(k, x, size, false)
      const center = f.let(op('f32x4.splat', mean))
      const first = f.let(times(op('i32.mul', op('i32.rem_u', k.task, k.arg('groups')), channels), 4))
      const [gain, bias] = [f.let(plus(k.arg('gain'), first)), f.let(plus(k.arg('bias'), first))]
      f.repeat(channels, () => {
        const scale = f.let(op('f32x4.splat', op('f32.mul', floatAt(gain), inverse)))
        const shift = f.let(op('f32x4.splat', floatAt(bias)))
        overRow(f, inner, [x, y], (left) => {
          storeSome(f, y, madd(target, op('f32x4.sub', vector(x), center), scale, shift), left)
          if (left) for (const pointer of [x, y]) f.add(pointer, times(left, 4))
        })
        for (const pointer of [gain, bias]) f.add(pointer, 4)
      })
    },
  })
}
