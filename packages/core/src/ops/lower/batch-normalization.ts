/** BatchNormalization: (x - mean) * (scale / deviation) + shift of the element's channel, by given or own statistics. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder, type Place } from '../../kernel/kernel.ts'
import type { BoundEpilogue, LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { batchGradient } from '../../kernel/nn/batch-gradient.ts'
import { batchStatistics } from '../../kernel/nn/batch-statistics.ts'
import { channelUnits } from '../../kernel/nn/channel-walk.ts'
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

export interface BatchNormalizationOutputs {
  readonly Y: TensorRef
  readonly running_mean: TensorRef | undefined
  readonly running_var: TensorRef | undefined
}

export interface BatchNormalizationAttrs {
  readonly training_mode: number
  readonly momentum: number
  readonly epsilon: number
}

interface Statistics {
  readonly mean: Place
  readonly variance: Place
}

/** Lowers BatchNormalization, in both modes. */
export function lowerBatchNormalization(
  inputs: BatchNormalizationInputs,
  outputs: BatchNormalizationOutputs,
  attrs: BatchNormalizationAttrs,
  context: LowerContext,
): Refusal {
  const { X, scale, B, input_mean, input_var } = inputs
  const other = [X, scale, B, input_mean, input_var].find(({ dtype }) => dtype !== 'float32')
  if (other) return `dtype ${other.dtype}`
  const { batch, channels, inner } = sizesOf(X)
  const epilogue = epilogueOver(context, inner === 1 ? [batch, channels] : [batch, channels, inner])
  if (!epilogue) return 'an epilogue that does not lie along the output'
  const trains = attrs.training_mode !== 0
  if (elementCount(X.shape) === 0) return trains ? 'statistics of no elements' : undefined
  const statistics = trains
    ? ownStatistics(inputs, outputs, attrs.momentum, context)
    : { mean: input_mean.at, variance: input_var.at }
  callNormalize(inputs, outputs.Y, { ...statistics, epsilon: attrs.epsilon }, epilogue, context)
  return undefined
}

function sizesOf({ shape }: TensorRef) {
  return { batch: shape[0]!, channels: shape[1] ?? 1, inner: elementCount(shape.slice(2)) }
}

/** How the channels of a tensor are shared out; `passes` is how often each element is read. */
function channelWork(X: TensorRef, passes: number, context: LowerContext) {
  const { batch, channels, inner } = sizesOf(X)
  const { byRow, ...sizes } = channelUnits(batch, channels, inner)
  const elements = passes * batch * inner * (byRow ? 4 : 1)
  const { args, tasks } = planeTasks(sizes.units, elements, context)
  return { byRow, tasks, args: { ...sizes, unitsPerTask: args.planesPerTask } }
}

function ownStatistics(
  { X, input_mean, input_var }: BatchNormalizationInputs,
  { running_mean, running_var }: BatchNormalizationOutputs,
  momentum: number,
  context: LowerContext,
): Statistics {
  const { byRow, args, tasks } = channelWork(X, 2, context)
  const place = (label: string) => context.temp(label, 4 * args.channels)
  const own = { mean: place('mean'), variance: place('variance') }
  const moves = running_mean !== undefined || running_var !== undefined
  const running = {
    oldMean: input_mean.at,
    oldVariance: input_var.at,
    runningMean: running_mean?.at ?? (moves ? place('running mean') : undefined),
    runningVariance: running_var?.at ?? (moves ? place('running variance') : undefined),
  }
  context.call(batchStatistics(byRow, moves), { x: X.at, ...own, ...running, momentum, ...args }, tasks)
  return own
}

function callNormalize(
  { X, scale, B }: BatchNormalizationInputs,
  Y: TensorRef,
  { mean, variance, epsilon }: Statistics & { readonly epsilon: number },
  epilogue: BoundEpilogue,
  context: LowerContext,
): void {
  const { batch, channels, inner } = sizesOf(X)
  const byRow = inner === 1
  const gain = context.temp('gain', 4 * channels)
  context.call(gainKernel, { variance, scale: scale.at, gain, channels, epsilon }, 1)
  const tasks = byRow ? planeTasks(batch, channels, context) : planeTasks(batch * channels, inner, context)
  const args = { x: X.at, y: Y.at, gain, mean, shift: B.at, channels, inner }
  context.call(
    normalizeKernel(context, byRow, epilogue),
    { ...args, ...tasks.args, ...epilogue.args },
    tasks.tasks,
  )
}

export interface BatchGradientInputs {
  readonly X: TensorRef
  readonly scale: TensorRef
  readonly dY: TensorRef
  readonly mean: TensorRef
  readonly variance: TensorRef
}

export interface BatchGradientOutputs {
  readonly dX: TensorRef
  readonly dscale: TensorRef
  readonly dB: TensorRef
}

/** Lowers BatchNormalizationGrad. */
export function lowerBatchGradient(
  { X, scale, dY, mean, variance }: BatchGradientInputs,
  { dX, dscale, dB }: BatchGradientOutputs,
  epsilon: number,
  context: LowerContext,
): Refusal {
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  if (elementCount(X.shape) === 0) return 'statistics of no elements'
  const { byRow, args, tasks } = channelWork(X, 3, context)
  const places = {
    x: X.at,
    scale: scale.at,
    gradient: dY.at,
    mean: mean.at,
    variance: variance.at,
    dx: dX.at,
    dscale: dscale.at,
    db: dB.at,
  }
  context.call(batchGradient(context.target, byRow), { ...places, epsilon, ...args }, tasks)
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
