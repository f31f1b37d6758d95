/** Convolutions of 8-bit integers. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { type ByteType, isByte } from '../../kernel/quantized/bytes.ts'
import { type Factors, lowerFactors } from '../../kernel/quantized/factors.ts'
import { imagePairs, pixelRun } from '../../kernel/quantized/image-pairs.ts'
import { lowerProduct, mostSteps, type ProductOutput } from '../../kernel/quantized/lower-product.ts'
import { lowerPaddedPlanes, tapOffsets } from '../../kernel/quantized/padded-image.ts'
import type { WindowAxis } from '../shared/window.ts'
import { planeAxes } from './plane-axes.ts'
import { lowerByteDepthwise } from './quantized-depthwise.ts'

export interface IntegerConvNode {
  readonly x: TensorRef
  readonly w: TensorRef
  readonly xZero: TensorRef | undefined
  readonly wZero: TensorRef | undefined
  readonly bias: TensorRef | undefined
  readonly y: TensorRef
  readonly axes: readonly WindowAxis[]
  readonly group: number
  /** Absent: y holds the sums. */
  readonly scaling: Scaling | undefined
}

export interface Scaling {
  readonly xScale: TensorRef
  readonly wScale: TensorRef
  readonly yScale: TensorRef
  readonly yZero: TensorRef
}

/** What the ways of convolving share. */
export interface PreparedConv extends IntegerConvNode {
  readonly type: ByteType
  readonly plane: readonly [WindowAxis, WindowAxis]
  readonly factors: Factors | undefined
}

/** Lowers a convolution over one or two axes. */
export function lowerIntegerConv(node: IntegerConvNode, context: LowerContext): Refusal {
  const { x, w, y, scaling } = node
  const plane = planeAxes(node.axes)
  if (!plane) return 'more than two spatial axes'
  if (!isByte(x.dtype) || !isByte(w.dtype)) return `dtypes ${x.dtype} and ${w.dtype}`
  const depth = elementCount(w.shape.slice(1))
  if (depth === 0) return 'no channels'
  if (depth > mostSteps) return 'sums beyond 32 bits'
  if (elementCount(y.shape) === 0) return undefined
  const factors = scaling && lowerConvFactors(context, scaling)
  const conv = { ...node, type: x.dtype, plane, factors }
  const isDepthwise = w.shape[1] === 1 && node.group === x.shape[1] && node.group > 1
  if (!isDepthwise || !factors) return lowerWindows(conv, w.dtype, context)
  lowerByteDepthwise(conv, factors, context)
  return undefined
}

function lowerConvFactors(context: LowerContext, { xScale, wScale, yScale }: Scaling): Factors {
  return lowerFactors(context, { a: xScale, b: wScale, y: yScale, steps: 'float64' })
}

/** As a matrix product: kernels in the rows of A, windows in the columns of B. */
function lowerWindows(conv: PreparedConv, weightType: ByteType, context: LowerContext): Refusal {
  const { x, w, y, group, bias, wZero, xZero, factors } = conv
  const [images, channels] = x.shape as readonly [number, number] // of rank 3 at least
  const maps = y.shape[1]! / group
  const axes = joinRows(conv.plane)
  const planes = lowerPaddedPlanes(context, x.at, images * channels, axes, { at: xZero?.at, fallback: 0 })
  const offsets = tapOffsets(axes, planes, channels / group)
  if (offsets.length % 2 === 1) offsets.push(offsets.at(-1)!)
  const [height, width] = axes
  const count = images * group
  return lowerProduct(context, {
    a: {
      form: 'plain',
      at: w.at,
      dtype: weightType,
      count: group,
      isTurned: false,
      zero: wZero?.at,
      zeros: wZero !== undefined && elementCount(wZero.shape) > 1 ? 'all' : 'one',
    },
    b: {
      form: 'source',
      at: planes.at,
      count,
      batchBytes: (channels / group) * planes.planeBytes,
      source: imagePairs(conv.type, pixelRun(width.output, width.stride)),
      args: {
        imageZero: xZero?.at,
        imageOffsets: context.table(new Uint8Array(Int32Array.from(offsets).buffer)),
        imageOutWidth: width.output,
        imageOutHeight: height.output,
        imageDown: height.stride * planes.pitch,
        imageRight: width.stride,
      },
    },
    c: y.at,
    rows: maps,
    columns: height.output * width.output,
    depth: elementCount(w.shape.slice(1)),
    count,
    pairs: group > 1 && images > 1 ? pairsOf(images, group) : undefined,
    start: bias && { along: 'rows', at: bias.at },
    factors: 'rows',
    output: outputOf(conv, factors),
  })
}

function outputOf({ y, scaling }: IntegerConvNode, factors: Factors | undefined): ProductOutput {
  if (!scaling || !factors) return { kind: 'int32' }
  return { kind: y.dtype as ByteType, factors, zero: scaling.yZero.at } // of the operator's types
}

const pairsOf = (images: number, group: number) =>
  Array.from({ length: images * group }, (_, i) => [i % group, i] as const)

/** Where windows are single pixels and none is left out, the image is one long row. */
function joinRows([height, width]: readonly [WindowAxis, WindowAxis]): readonly [WindowAxis, WindowAxis] {
  const isPoint = [height, width].every(
    ({ kernel, stride, padBegin, size, output }) =>
      kernel === 1 && stride === 1 && padBegin === 0 && size === output,
  )
  if (!isPoint) return [height, width]
  const size = height.size * width.size
  return [
    { ...height, size: 1, output: 1 },
    { ...width, size, output: size },
  ]
}
