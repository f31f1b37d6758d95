/** InstanceNormalization: every plane by its own mean and variance, which are summed in doubles. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { BoundEpilogue, LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { sumInDoubles } from '../../kernel/spatial/double-sums.ts'
import { multiplyAdd } from '../../kernel/spatial/multiply-add.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { targetKey } from '../../kernel/target.ts'
import { i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { emitPlanes, epilogueOver, planeParams, planeTasks } from './plane-tasks.ts'

const params = {
  x: 'in',
  y: 'out',
  scale: 'in',
  shift: 'in',
  channels: 'i32',
  inner: 'i32',
  epsilon: 'f32',
  ...planeParams,
} as const

type Builder = KernelBuilder<typeof params>

/** Lowers InstanceNormalization. */
export function lowerInstanceNormalization(
  { input, scale, B }: { readonly input: TensorRef; readonly scale: TensorRef; readonly B: TensorRef },
  output: TensorRef,
  epsilon: number,
  context: LowerContext,
): Refusal {
  if (input.dtype !== 'float32') return `dtype ${input.dtype}`
  const [batch, channels, inner] = [input.shape[0]!, input.shape[1]!, elementCount(input.shape.slice(2))]
  const epilogue = epilogueOver(context, [batch, channels, inner])
  if (!epilogue) return 'an epilogue that does not lie along the output'
  if (elementCount(input.shape) === 0) return undefined
  const { args, tasks } = planeTasks(batch * channels, 4 * inner, context)
  const places = { x: input.at, y: output.at, scale: scale.at, shift: B.at }
  context.call(
    kernelOf(context, epilogue),
    { ...places, channels, inner, epsilon, ...args, ...epilogue.args },
    tasks,
  )
  return undefined
}

function kernelOf({ target }: LowerContext, epilogue: BoundEpilogue): Kernel<typeof params> {
  return defineKernel({
    key: `instance-normalization:${targetKey(target)}:${epilogue.key}`,
    params: { ...params, ...epilogue.params },
    inplace: [['x', 'y']],
    emit: (k: Builder) => emitPlanes(k, (plane) => emitPlane(k, epilogue, plane)),
  })
}

const double = (value: Operand<'f32'>) => op('f64.promote_f32', value)
const floats = (value: Operand<'f64'>) => op('f32x4.splat', op('f32.demote_f64', value))

function emitPlane(k: Builder, epilogue: BoundEpilogue, plane: Local<'i32'>): void {
  const { f, arg, target } = k
  const inner = f.let(arg('inner'))
  const start = op('i32.shl', op('i32.mul', plane, inner), i32(2))
  const [from, to] = [f.let(op('i32.add', arg('x'), start)), f.let(op('i32.add', arg('y'), start))]
  const count = f.let(op('f64.convert_i32_u', inner))
  const mean = f.let(
    op(
      'f64.div',
      sumInDoubles(f, from, inner, (x) => x),
      count,
    ),
  )
  const means = f.let(op('f64x2.splat', mean))
  const squares = sumInDoubles(f, from, inner, (x) => {
    const deviation = f.let(op('f64x2.sub', x, means))
    return op('f64x2.mul', deviation, deviation)
  })
  const deviation = op('f64.sqrt', op('f64.add', op('f64.div', squares, count), double(arg('epsilon'))))
  const batch = f.let(op('i32.div_u', plane, arg('channels')))
  const channel = f.let(op('i32.sub', plane, op('i32.mul', batch, arg('channels'))))
  const of = (name: 'scale' | 'shift') =>
    load('f32.load', op('i32.add', arg(name), op('i32.shl', channel, i32(2))))
  const gain = f.let(floats(op('f64.div', double(of('scale')), deviation)))
  const shift = f.let(op('f32x4.splat', of('shift')))
  const centre = f.let(floats(mean))
  forVectors(f, inner, (x, store) => {
    const centred = op('f32x4.sub', load('v128.load', op('i32.add', from, x)), centre)
    const pixel = f.let(op('i32.shr_u', x, i32(2)))
    const value = multiplyAdd(target, centred, gain, shift)
    store(op('i32.add', to, x), epilogue.vector(k, value, [batch, channel, pixel]))
  })
}
