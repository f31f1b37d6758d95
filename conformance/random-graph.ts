/** Random graphs of common operators, for comparing engines. Every step keeps one float32 value and its shape. */
import { type Graph, type GraphBuilder, graphBuilder, type Tensor, tensor } from '@slipway/core'
import type { Gen } from '@slipway/core/testing'

export interface RandomCase {
  readonly graph: Graph
  readonly inputs: ReadonlyMap<string, Tensor>
}

/** A value under construction. */
interface Wire {
  readonly name: string
  readonly shape: readonly number[]
}

/** Adds operators after `x`; undefined where the shape does not suit. */
type Step = (b: GraphBuilder, x: Wire, g: Gen) => Wire | undefined

const same = (x: Wire, name: string): Wire => ({ name, shape: x.shape })
const float32 = (b: GraphBuilder, g: Gen, shape: readonly number[]): string =>
  b.constant(g.tensor('float32', shape))
const ints = (b: GraphBuilder, list: readonly number[]): string =>
  b.constant(tensor('int64', [list.length], BigInt64Array.from(list, BigInt)))

// Without jumps such as Floor's: at a jump, the last bit of an engine's own arithmetic decides.
const unaries = [
  'Relu',
  'Sigmoid',
  'Tanh',
  'Abs',
  'Neg',
  'Exp',
  'Erf',
  'Softplus',
  'Softsign',
  'Sin',
  'Cos',
  'Atan',
  'Elu',
  'Selu',
  'LeakyRelu',
  'HardSigmoid',
  'HardSwish',
  'Gelu',
  'Identity',
  'ThresholdedRelu',
  'Mish',
  'Celu',
  'Swish',
]
const binaries = ['Add', 'Sub', 'Mul', 'Max', 'Min', 'PRelu']
const reductions = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceProd',
  'ReduceLogSumExp',
]

const unary: Step = (b, x, g) => {
  // Squashed first, so that no chain of exponentials leaves the range of float32.
  const bounded = b.node('Tanh', [x.name])
  return same(x, b.node(g.oneOf(unaries), [bounded]))
}

const binary: Step = (b, x, g) => {
  const other = x.shape.map((size) => (g.bool() ? size : 1)).slice(g.int(0, x.shape.length))
  return same(x, b.node(g.oneOf(binaries), [x.name, float32(b, g, other)]))
}

const matmul: Step = (b, x, g) => {
  const inner = x.shape.at(-1)
  if (inner === undefined || x.shape.length < 2) return undefined
  const columns = g.int(1, 6)
  return {
    name: b.node('MatMul', [x.name, float32(b, g, [inner, columns])]),
    shape: [...x.shape.slice(0, -1), columns],
  }
}

const gemm: Step = (b, x, g) => {
  if (x.shape.length !== 2) return undefined
  const transB = g.int(0, 1)
  const [rows, inner] = x.shape as [number, number] // rank 2
  const columns = g.int(1, 5)
  const w = float32(b, g, transB ? [columns, inner] : [inner, columns])
  return { name: b.node('Gemm', [x.name, w, float32(b, g, [columns])], { transB }), shape: [rows, columns] }
}

const softmax: Step = (b, x, g) => {
  if (x.shape.length === 0) return undefined
  return same(
    x,
    b.node(g.oneOf(['Softmax', 'LogSoftmax']), [x.name], {
      axis: g.int(-x.shape.length, x.shape.length - 1),
    }),
  )
}

const reduce: Step = (b, x, g) => {
  if (x.shape.length === 0) return undefined
  const axis = g.int(0, x.shape.length - 1)
  const keepdims = g.int(0, 1)
  const shape = x.shape.flatMap((size, i) => (i !== axis ? [size] : keepdims ? [1] : []))
  return { name: b.node(g.oneOf(reductions), [x.name, ints(b, [axis])], { keepdims }), shape }
}

const transpose: Step = (b, x) => {
  const perm = x.shape.map((_, i) => x.shape.length - 1 - i)
  return {
    name: b.node('Transpose', [x.name], perm.length > 0 ? { perm } : {}),
    shape: [...x.shape].reverse(),
  }
}

const reshape: Step = (b, x) => ({
  name: b.node('Reshape', [x.name, ints(b, [-1, x.shape.at(-1) ?? 1])]),
  shape: [x.shape.slice(0, -1).reduce((a, s) => a * s, 1), x.shape.at(-1) ?? 1],
})

const slice: Step = (b, x, g) => {
  const size = x.shape.at(-1)
  if (size === undefined || size < 2) return undefined
  const step = g.oneOf([1, 2, -1])
  const [start, end] = step > 0 ? [g.int(0, size - 1), size] : [size - 1, -size - 1]
  const length = step > 0 ? Math.ceil((size - start) / step) : size
  const name = b.node('Slice', [x.name, ints(b, [start]), ints(b, [end]), ints(b, [-1]), ints(b, [step])])
  return { name, shape: [...x.shape.slice(0, -1), length] }
}

const concat: Step = (b, x, g) => {
  if (x.shape.length === 0) return undefined
  const axis = g.int(0, x.shape.length - 1)
  const extra = g.int(1, 3)
  const other = x.shape.map((size, i) => (i === axis ? extra : size))
  const shape = x.shape.map((size, i) => (i === axis ? size + extra : size))
  return { name: b.node('Concat', [x.name, float32(b, g, other)], { axis }), shape }
}

const gather: Step = (b, x, g) => {
  const size = x.shape[0]
  if (size === undefined) return undefined
  const list = Array.from({ length: g.int(1, 4) }, () => g.int(-size, size - 1))
  return {
    name: b.node('Gather', [x.name, ints(b, list)], { axis: 0 }),
    shape: [list.length, ...x.shape.slice(1)],
  }
}

const pad: Step = (b, x, g) => {
  const pads = [...x.shape, ...x.shape].map(() => g.int(0, 2))
  const shape = x.shape.map((size, i) => size + pads[i]! + pads[i + x.shape.length]!)
  if (shape.length === 0) return undefined
  return { name: b.node('Pad', [x.name, ints(b, pads)], { mode: g.oneOf(['constant', 'edge']) }), shape }
}

/** [N, C, H, W] of moderate size out of anything. */
function toPicture(b: GraphBuilder, x: Wire): Wire {
  const shape = [1, 2, 6, 5]
  const count = x.shape.reduce((a, s) => a * s, 1)
  const flat = b.node('Reshape', [x.name, ints(b, [-1])])
  const tiled = b.node('Tile', [flat, ints(b, [Math.ceil(60 / Math.max(count, 1))])])
  return {
    name: b.node('Reshape', [b.node('Slice', [tiled, ints(b, [0]), ints(b, [60])]), ints(b, shape)]),
    shape,
  }
}

const conv: Step = (b, x, g) => {
  const picture = toPicture(b, x)
  const [group, kernel, stride, border] = [g.oneOf([1, 2]), g.int(1, 3), g.int(1, 2), g.int(0, 1)]
  const w = float32(b, g, [4, 2 / group, kernel, kernel])
  const pads = [border, border, border, border]
  const name = b.node('Conv', [picture.name, w, float32(b, g, [4])], {
    group,
    strides: [stride, stride],
    pads,
    kernel_shape: [kernel, kernel],
  })
  const size = (length: number) => Math.floor((length + 2 * border - kernel) / stride) + 1
  return { name, shape: [1, 4, size(6), size(5)] }
}

const pool: Step = (b, x, g) => {
  const picture = toPicture(b, x)
  const [kernel, stride] = [g.int(1, 3), g.int(1, 2)]
  const name = b.node(g.oneOf(['MaxPool', 'AveragePool']), [picture.name], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
  })
  const size = (length: number) => Math.floor((length - kernel) / stride) + 1
  return { name, shape: [1, 2, size(6), size(5)] }
}

const normalize: Step = (b, x, g) => {
  const size = x.shape.at(-1)
  if (size === undefined) return undefined
  return same(
    x,
    b.node('LayerNormalization', [x.name, float32(b, g, [size]), float32(b, g, [size])], { axis: -1 }),
  )
}

/** Over the last axis, by the root of the mean square. */
const rmsNormalize: Step = (b, x, g) => {
  const size = x.shape.at(-1)
  if (size === undefined) return undefined
  return same(x, b.node('RMSNormalization', [x.name, float32(b, g, [size])], { axis: -1, epsilon: 0.5 }))
}

const groupNormalize: Step = (b, x, g) => {
  const picture = toPicture(b, x)
  const inputs = [picture.name, float32(b, g, [2]), float32(b, g, [2])]
  const attributes = { num_groups: g.oneOf([1, 2]), epsilon: 0.5 }
  return { ...picture, name: b.node('GroupNormalization', inputs, attributes) }
}

/** The part after the cut; the parts differ in size where they cannot be equal. */
const split: Step = (b, x) => {
  const size = x.shape[0]
  if (size === undefined || size < 3) return undefined
  const [, second] = b.nodes('Split', [x.name], { axis: 0, num_outputs: 2 }, { outputs: 2 })
  return { name: second!, shape: [Math.floor(size / 2), ...x.shape.slice(1)] }
}

/** Twice the size, then one column more. */
const enlarge: Step = (b, x, g) => {
  const picture = toPicture(b, x)
  const sizes = ints(b, [12, 10])
  const mode = g.oneOf(['nearest', 'linear'])
  const name = b.node('Resize', [picture.name, undefined, undefined, sizes], { axes: [2, 3], mode })
  const padded = b.node('Pad', [name, ints(b, [1, 0]), undefined, ints(b, [-1])])
  return { name: padded, shape: [1, 2, 12, 11] }
}

const attend: Step = (b, x, g) => {
  const picture = toPicture(b, x)
  const [keys, values] = [float32(b, g, [1, 2, 4, 5]), float32(b, g, [1, 2, 4, 3])]
  const name = b.node('Attention', [picture.name, keys, values], { is_causal: g.int(0, 1) })
  return { name, shape: [1, 2, 6, 3] }
}

const steps: readonly Step[] = [
  unary,
  unary,
  binary,
  binary,
  matmul,
  gemm,
  softmax,
  reduce,
  transpose,
  reshape,
  slice,
  concat,
  gather,
  pad,
  conv,
  pool,
  normalize,
  rmsNormalize,
  groupNormalize,
  split,
  enlarge,
  attend,
]

/** A graph of up to ten operators over one random input. */
export function randomCase(g: Gen): RandomCase {
  const b = graphBuilder({ name: 'random' })
  const shape = g.shape({ rank: [1, 4], most: 5, empty: false })
  const data = g.tensor('float32', shape)
  let wire: Wire = { name: b.input('x', { kind: 'tensor', dtype: 'float32', shape }), shape }
  for (let i = g.int(1, 10); i > 0; i--) wire = g.oneOf(steps)(b, wire, g) ?? wire
  const [y] = b.nodes('Tanh', [wire.name], {}, { outputs: ['y'] })
  const types = new Map([['y', { kind: 'tensor' as const, dtype: 'float32' as const, shape: wire.shape }]])
  return { graph: b.build([y!], types), inputs: new Map([['x', data]]) }
}
