/** BatchNormalization by given statistics: (x - mean) * (scale / deviation) + shift of the element's channel. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { BoundEpilogue, LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { multiplyAdd } from '../../kernel/spatial/multiply-add.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { targetKey } from '../../kernel/target.ts'
import { i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { emitPlanes, epilogueOver, planeParams, planeTasks } from './plane-tasks.ts'

export interface BatchNormalizationInputs {
  readonly X: TensorRef
  readonly scale: TensorRef
  readonly B: TensorRef
  readonly input_mean: TensorRef
  readonly input_var: TensorRef
}

const params = {
  x: 'in',
  y: 'out',
  gain: 'in',
  mean: 'in',
  shift: 'in',
  channels: 'i32',
  inner: 'i32',
  ...planeParams,
} as const

type Builder = KernelBuilder<typeof params>

/** Lowers inference; the running statistics are not computed. */
export function lowerBatchNormalization(
  { X, scale, B, input_mean, input_var }: BatchNormalizationInputs,
  Y: TensorRef,
  epsilon: number,
  context: LowerContext,
): Refusal {
  const other = [X, scale, B, input_mean, input_var].find(({ dtype }) => dtype !== 'float32')
  if (other) return `dtype ${other.dtype}`
  const [batch, channels, inner] = [X.shape[0]!, X.shape[1] ?? 1, elementCount(X.shape.slice(2))]
  const byRow = inner === 1
  const epilogue = epilogueOver(context, byRow ? [batch, channels] : [batch, channels, inner])
  if (!epilogue) return 'an epilogue that does not lie along the output'
  if (elementCount(X.shape) === 0) return undefined
  const gain = context.temp('gain', 4 * channels)
  context.call(gainKernel, { variance: input_var.at, scale: scale.at, gain, channels, epsilon }, 1)
  const tasks = byRow ? planeTasks(batch, channels, context) : planeTasks(batch * channels, inner, context)
  const args = { x: X.at, y: Y.at, gain, mean: input_mean.at, shift: B.at, channels, inner }
  context.call(
    normalizeKernel(context, byRow, epilogue),
    { ...args, ...tasks.args, ...epilogue.args },
    tasks.tasks,
  )
  return undefined
}

/** scale / sqrt(variance + epsilon), in doubles. */
const gainKernel = defineKernel({
  key: 'batch-normalization-gain',
  params: { variance: 'in', scale: 'in', gain: 'out', channels: 'i32', epsilon: 'f32' },
  emit({ f, arg }) {
    const [variance, scale, gain] = [f.let(arg('variance')), f.let(arg('scale')), f.let(arg('gain'))]
    const double = (value: Operand<'f32'>) => op('f64.promote_f32', value)
    f.repeat(arg('channels'), () => {
      const deviation = op(
        'f64.sqrt',
        op('f64.add', double(load('f32.load', variance)), double(arg('epsilon'))),
      )
      const quotient = op('f64.div', double(load('f32.load', scale)), deviation)
      f.store('f32.store', gain, op('f32.demote_f64', quotient))
      for (const pointer of [variance, scale, gain]) f.add(pointer, 4)
    })
  },
})

function normalizeKernel(
  { target }: LowerContext,
  byRow: boolean,
  epilogue: BoundEpilogue,
): Kernel<typeof params> {
  return defineKernel({
    key: `batch-normalization:${byRow ? 'rows' : 'planes'}:${targetKey(target)}:${epilogue.key}`,
    params: { ...params, ...epilogue.params },
    inplace: [['x', 'y']],
    emit: (k: Builder) => emitPlanes(k, (plane) => (byRow ? emitRow : emitPlane)(k, epilogue, plane)),
  })
}

/** Neighbours are channels. */
function emitRow(k: Builder, epilogue: BoundEpilogue, row: Local<'i32'>): void {
  const { f, arg, target } = k
  const start = f.let(op('i32.shl', op('i32.mul', row, arg('channels')), i32(2)))
  forVectors(f, arg('channels'), (x, store) => {
    const at = f.let(op('i32.add', start, x))
    const of = (name: 'gain' | 'mean' | 'shift') => load('v128.load', op('i32.add', arg(name), x))
    const centred = op('f32x4.sub', load('v128.load', op('i32.add', arg('x'), at)), of('mean'))
    const value = multiplyAdd(target, centred, of('gain'), of('shift'))
    const channel = f.let(op('i32.shr_u', x, i32(2)))
    store(op('i32.add', arg('y'), at), epilogue.vector(k, value, [row, channel]))
  })
}

/** Neighbours are of the same channel. */
function emitPlane(k: Builder, epilogue: BoundEpilogue, plane: Local<'i32'>): void {
  const { f, arg, target } = k
  const batch = f.let(op('i32.div_u', plane, arg('channels')))
  const channel = f.let(op('i32.sub', plane, op('i32.mul', batch, arg('channels'))))
  const offset = f.let(op('i32.shl', channel, i32(2)))
  const of = (name: 'gain' | 'mean' | 'shift') =>
    f.let(load('v128.load32_splat', op('i32.add', arg(name), offset)))
  const [gain, mean, shift] = [of('gain'), of('mean'), of('shift')]
  const start = op('i32.shl', op('i32.mul', plane, arg('inner')), i32(2))
  const [from, to] = [f.let(op('i32.add', arg('x'), start)), f.let(op('i32.add', arg('y'), start))]
  forVectors(f, f.let(arg('inner')), (x, store) => {
    const centred = op('f32x4.sub', load('v128.load', op('i32.add', from, x)), mean)
    const value = multiplyAdd(target, centred, gain, shift)
    const pixel = f.let(op('i32.shr_u', x, i32(2)))
    store(op('i32.add', to, x), epilogue.vector(k, value, [batch, channel, pixel]))
  })
}
