/**
 * Layers that are linear in their weights, so that a factor and an offset per output channel can move into them:
 * s * (W x + b) + t = (s W) x + (s b + t).
 */
import { isFloat } from '../../base/dtype.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { float } from '../../ir/builder.ts'
import type { Node } from '../../ir/graph.ts'
import { numberOf } from '../attributes.ts'
import { type Built, refused } from '../define.ts'
import type { Emit } from '../emit.ts'
import type { GraphView } from '../graph-view.ts'
import { tensorOfNumbers, tryAlongAxis, tryNumbers } from '../tensors.ts'

/** One factor and one offset per channel. */
export interface Affine {
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/** Where the channels of a layer's output lie. */
export interface Channels {
  readonly rank: number
  readonly axis: number
  readonly count: number
}

interface Layer {
  channels(view: GraphView, node: Node): Channels | undefined
  /** The layer with the affine map inside, or why not. */
  absorb(view: GraphView, node: Node, affine: Affine, emit: Emit): Built
}

/** Elements in memory order: `outer` runs of one element per channel, each of `inner` elements. */
interface Layout {
  readonly outer: number
  readonly channels: number
  readonly inner: number
  /** The channel of position `channel` in run `outer`, where they are not alike in all runs. */
  readonly channelAt?: (outer: number, channel: number) => number
}

const convolution: Layer = {
  channels: (view, node) => {
    const weights = view.constant(node.inputs[1]!)
    return weights && { rank: weights.shape.length, axis: 1, count: mapsOf(node, weights.shape) }
  },
  absorb: (view, node, affine, emit) => {
    const weights = view.constant(node.inputs[1]!)
    const bias = biasOf(view, node.inputs[2], affine.scale.length)
    if (!weights || !bias) return refused('weights and bias must be constants that no caller can replace')
    const scaled = scaledBy(weights, affine.scale, layoutOf(node, weights.shape))
    const shifted = moved(weights, bias, affine)
    if (!scaled || !shifted) return refused('the new weights must be finite')
    return emit.again(node, [
      node.inputs[0],
      scaled === weights ? node.inputs[1] : emit.constant(scaled),
      emit.constant(shifted),
    ])
  },
}

/** Conv holds its weights [maps, …], ConvTranspose [channels, maps / group, …]. */
const isTransposed = (node: Node): boolean => node.op === 'ConvTranspose'

function mapsOf(node: Node, shape: Shape): number {
  return isTransposed(node) ? shape[1]! * numberOf(node, 'group', 1) : shape[0]!
}

function layoutOf(node: Node, shape: Shape): Layout {
  if (!isTransposed(node)) return { outer: 1, channels: shape[0]!, inner: elementCount(shape.slice(1)) }
  const perGroup = shape[0]! / numberOf(node, 'group', 1)
  const channelAt = (outer: number, channel: number) => Math.floor(outer / perGroup) * shape[1]! + channel
  return { outer: shape[0]!, channels: shape[1]!, inner: elementCount(shape.slice(2)), channelAt }
}

const gemm: Layer = {
  channels: (view, node) => {
    const weights = view.constant(node.inputs[1]!)
    if (weights?.shape.length !== 2) return undefined
    return { rank: 2, axis: 1, count: weights.shape[numberOf(node, 'transB') === 0 ? 1 : 0]! }
  },
  absorb: (view, node, affine, emit) => {
    const [weights, count] = [view.constant(node.inputs[1]!), affine.scale.length]
    const given = node.inputs[2] ? view.constant(node.inputs[2]) : undefined
    const bias = node.inputs[2] ? given && tryAlongAxis(given, 2, 1, count) : new Float64Array(count)
    if (!weights || !bias) return refused('B must be a constant, and C one per column')
    const beta = numberOf(node, 'beta', 1)
    const isTurned = numberOf(node, 'transB') !== 0
    const layout = isTurned
      ? { outer: 1, channels: count, inner: weights.shape[1]! }
      : { outer: weights.shape[0]!, channels: count, inner: 1 }
    const scaled = scaledBy(weights, affine.scale, layout)
    const shifted = moved(
      weights,
      bias.map((value) => value * beta),
      affine,
    )
    if (!scaled || !shifted) return refused('the new weights must be finite')
    return emit.again(
      node,
      [node.inputs[0], scaled === weights ? node.inputs[1] : emit.constant(scaled), emit.constant(shifted)],
      {
        beta: float(1),
      },
    )
  },
}

const product: Layer = {
  channels: (view, node) => {
    const [weights, rank] = [view.constant(node.inputs[1]!), view.shape(node.outputs[0]!)?.length]
    if (weights?.shape.length !== 2 || rank === undefined) return undefined
    return { rank, axis: rank - 1, count: weights.shape[1]! }
  },
  absorb: (view, node, { scale, shift }, emit) => {
    const weights = view.constant(node.inputs[1]!)
    if (!weights || shift.some((offset) => offset !== 0)) return refused('MatMul has no place for an offset')
    const layout = { outer: weights.shape[0]!, channels: scale.length, inner: 1 }
    const scaled = scaledBy(weights, scale, layout)
    return scaled
      ? emit.again(node, [node.inputs[0], scaled === weights ? node.inputs[1] : emit.constant(scaled)])
      : refused('the new weights must be finite')
  },
}

/** BatchNormalization outside training is an affine map itself. */
const normalization: Layer = {
  channels: (view, node) => {
    const [scale, rank] = [view.constant(node.inputs[1]!), view.shape(node.inputs[0]!)?.length]
    if (!scale || rank === undefined || rank < 2) return undefined
    return { rank, axis: 1, count: elementCount(scale.shape) }
  },
  absorb: (view, node, affine, emit) => {
    const [gain, offset] = [view.constant(node.inputs[1]!), view.constant(node.inputs[2]!)]
    const bias = offset && tryNumbers(offset)
    if (!gain || !bias || numberOf(node, 'training_mode') !== 0)
      return refused('scale and B must be constants')
    const scaled = scaledBy(gain, affine.scale, { outer: 1, channels: affine.scale.length, inner: 1 })
    const shifted = moved(offset, bias, affine)
    if (!scaled || !shifted) return refused('the new scale and B must be finite')
    const [x, , , ...statistics] = node.inputs
    const gains = scaled === gain ? node.inputs[1] : emit.constant(scaled)
    return emit.again(node, [x, gains, emit.constant(shifted), ...statistics])
  },
}

/** How each layer takes an affine map in. */
export const layers: ReadonlyMap<string, Layer> = new Map([
  ['Conv', convolution],
  ['ConvTranspose', convolution],
  ['Gemm', gemm],
  ['MatMul', product],
  ['BatchNormalization', normalization],
])

function biasOf(view: GraphView, name: string | undefined, count: number): Float64Array | undefined {
  if (!name) return new Float64Array(count)
  const tensor = view.constant(name)
  return tensor && tryNumbers(tensor)
}

/**
 * Weights times the factor of their channel, the same tensor where all factors are 1; undefined where the result is
 * not finite or the type no float.
 */
export function scaledBy(weights: Tensor, scale: Float64Array, layout: Layout): Tensor | undefined {
  const { outer, channels, inner, channelAt = (_, channel) => channel } = layout
  if (!isFloat(weights.dtype)) return undefined
  if (scale.every((factor) => factor === 1)) return weights
  const isPlain = weights.data instanceof Float32Array
  const source = isPlain ? weights.data : tryNumbers(weights)!
  const target = new (isPlain ? Float32Array : Float64Array)(source.length)
  let [at, sum] = [0, 0]
  for (let i = 0; i < outer; i++) {
    for (let channel = 0; channel < channels; channel++) {
      const factor = scale[channelAt(i, channel)]!
      for (const end = at + inner; at < end; at++) {
        target[at] = source[at]! * factor
        // Not finite as soon as one term is not.
        sum += target[at]! * 0
      }
    }
  }
  if (sum !== 0) return undefined
  return target instanceof Float32Array
    ? tensor('float32', weights.shape, target)
    : finite(tensorOfNumbers(weights.dtype, weights.shape, target))
}

function moved(like: Tensor, bias: Float64Array, { scale, shift }: Affine): Tensor | undefined {
  const numbers = shift.map((offset, i) => bias[i]! * scale[i]! + offset)
  return finite(tensorOfNumbers(like.dtype, [numbers.length], numbers))
}

const finite = (value: Tensor): Tensor | undefined =>
  tryNumbers(value)?.every((x) => Number.isFinite(x)) ? value : undefined
