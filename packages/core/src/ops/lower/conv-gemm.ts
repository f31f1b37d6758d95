/** Convolutions as matrix products: kernels in the rows of A, output pixels in the columns of B. */
import { elementCount } from '../../base/shape.ts'
import {
  type ImageArgs,
  imagePanels,
  maxStride,
  minOutWidth,
  tapTable,
} from '../../kernel/conv/image-panels.ts'
import { type VolumeParam, volumePanels } from '../../kernel/conv/volume-panels.ts'
import { lowerGemm } from '../../kernel/gemm/lower-gemm.ts'
import type { GemmProblem, SourceOperand } from '../../kernel/gemm/problem.ts'
import type { Epilogue, LowerContext, Refusal } from '../../kernel/lower.ts'
import { i32, op } from '../../wasm/index.ts'
import type { WindowAxis } from '../shared/window.ts'
import type { ConvProblem, ConvStrategy } from './conv-problem.ts'

/** Windows of one tap at every pixel: the image is the matrix B as it is. */
export const pointwiseConvolution: ConvStrategy = {
  fits: ({ axes }) =>
    axes.every(
      ({ kernel, stride, padBegin, padEnd }) => kernel === 1 && stride === 1 && padBegin + padEnd === 0,
    ),
  lower: (problem, context) => {
    const { X, group } = problem
    const count = X.shape[0]! * group
    return lowerProduct(
      problem,
      { form: 'plain', at: X.at, count, isTurned: false, isConstant: X.isConstant },
      context,
    )
  },
}

/** Any other window: tasks make the panels of B that they need from the image. */
export const gemmConvolution: ConvStrategy = {
  fits: () => true,
  lower: (problem, context) => {
    const { X, group, axes } = problem
    const depth = (X.shape[1]! / group) * elementCount(axes.map(({ kernel }) => kernel))
    const source = fitsImage(axes) ? imageSource(context, axes) : volumeSource(axes)
    const operand: SourceOperand = {
      form: 'source',
      at: X.at,
      count: X.shape[0]! * group,
      batchBytes: (4 * elementCount(X.shape)) / (X.shape[0]! * group),
      unit: elementCount(axes.map(({ kernel }) => kernel)),
      ...source,
    }
    return depth === 0 ? 'no channels' : lowerProduct(problem, operand, context)
  },
}

/** The product for every image and group. */
export function lowerProduct(problem: ConvProblem, b: GemmProblem['b'], context: LowerContext): Refusal {
  const { W, B, Y, group } = problem
  const [images, channels] = Y.shape as readonly [number, number] // of rank 3 at least
  const maps = channels / group
  const pixels = elementCount(Y.shape.slice(2))
  const { epilogue } = context
  return lowerGemm(
    context,
    {
      a: { form: 'plain', at: W.at, count: group, isTurned: false, isConstant: W.isConstant },
      b,
      c: Y.at,
      rows: maps,
      columns: pixels,
      depth: elementCount(W.shape.slice(1)),
      count: images * group,
      ...(group > 1 && images > 1 && { pairs: pairsOf(images, group) }),
      ...(B && { bias: { along: 'rows', at: B.at, isPerA: group > 1 } }),
    },
    epilogue && groupedEpilogue(epilogue, [images, channels, pixels], group),
  )
}

const pairsOf = (images: number, group: number) =>
  Array.from({ length: images * group }, (_, i) => [i % group, i] as const)

/** The epilogue of [images · groups, maps, pixels], given one of [images, channels, pixels]. */
function groupedEpilogue(
  epilogue: Epilogue,
  view: readonly [images: number, channels: number, pixels: number],
  group: number,
): Epilogue {
  if (group === 1) return epilogue
  const maps = view[1] / group
  return {
    bind() {
      const bound = epilogue.bind(view)
      if (!bound) return undefined
      type Indices = Parameters<typeof bound.vector>[2]
      const ungrouped = ([batch, map, pixel]: Indices) => [
        op('i32.div_u', batch!, i32(group)),
        op('i32.add', op('i32.mul', op('i32.rem_u', batch!, i32(group)), i32(maps)), map!),
        pixel!,
      ]
      return {
        ...bound,
        key: `${bound.key}:${group}x${maps}`,
        vector: (k, value, indices, constants) => bound.vector(k, value, ungrouped(indices), constants),
        scalar: (k, value, indices) => bound.scalar(k, value, ungrouped(indices)),
      }
    },
  }
}

const unitAxis: WindowAxis = {
  size: 1,
  kernel: 1,
  stride: 1,
  dilation: 1,
  padBegin: 0,
  padEnd: 0,
  output: 1,
}

/** With axes of size 1 in front of those that are there. */
export function padAxes(axes: readonly WindowAxis[], rank: number): readonly WindowAxis[] {
  return [...new Array<WindowAxis>(rank - axes.length).fill(unitAxis), ...axes]
}

function fitsImage(axes: readonly WindowAxis[]): boolean {
  const last = axes.at(-1)
  return axes.length <= 2 && last !== undefined && last.stride <= maxStride && last.output >= minOutWidth
}

function imageSource(context: LowerContext, axes: readonly WindowAxis[]) {
  const [height, width] = padAxes(axes, 2) as readonly [WindowAxis, WindowAxis] // of two
  const taps = tapTable([height.kernel, width.kernel], [height.dilation, width.dilation], width.size)
  const args: ImageArgs = {
    imageHeight: height.size,
    imageWidth: width.size,
    imageOutWidth: width.output,
    imageKernelHeight: height.kernel,
    imageKernelWidth: width.kernel,
    imageStride: height.stride,
    imageDilationHeight: height.dilation,
    imageDilationWidth: width.dilation,
    imagePadTop: height.padBegin,
    imagePadLeft: width.padBegin,
    imageTaps: context.table(taps),
  }
  return {
    source: (vectors: number) => imagePanels(width.stride, height.kernel * width.kernel, vectors),
    args,
  }
}

function volumeSource(axes: readonly WindowAxis[]) {
  const names = ['Depth', 'Height', 'Width'] as const
  const args = Object.fromEntries(
    padAxes(axes, 3).flatMap((axis, i) => [
      [`volume${names[i]!}Size`, axis.size],
      [`volume${names[i]!}Out`, axis.output],
      [`volume${names[i]!}Kernel`, axis.kernel],
      [`volume${names[i]!}Stride`, axis.stride],
      [`volume${names[i]!}Dilation`, axis.dilation],
      [`volume${names[i]!}Pad`, axis.padBegin],
    ]),
  ) as Readonly<Record<VolumeParam, number>> // just these names
  return {
    source: (vectors: number) => volumePanels(elementCount(axes.map(({ kernel }) => kernel)), vectors),
    args,
  }
}
