/** Transposed convolutions: a product that gives every tap of every pixel, and a sum of those that meet. */
import { elementCount } from '../../base/shape.ts'
import { spreadKernel } from '../../kernel/conv/spread-kernel.ts'
import { lowerGemm } from '../../kernel/gemm/lower-gemm.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import type { WindowAxis } from '../shared/window.ts'
import { padAxes } from './conv-gemm.ts'
import { fitsFlipped, lowerFlipped } from './conv-transpose-flipped.ts'

export interface ConvTransposeProblem {
  readonly X: TensorRef
  readonly W: TensorRef
  readonly B: TensorRef | undefined
  readonly Y: TensorRef
  readonly group: number
  /** The windows over Y that X would be made from. */
  readonly axes: readonly WindowAxis[]
}

/** Lowers ConvTranspose. */
export function lowerConvTranspose(problem: ConvTransposeProblem, context: LowerContext): Refusal {
  const { X, W, B, Y, group, axes } = problem
  if (Y.dtype !== 'float32') return `dtype ${Y.dtype}`
  if (axes.length > 3) return `${axes.length} spatial axes`
  if (fitsFlipped(problem) && lowerFlipped(problem, context) === undefined) return undefined
  const [images, channels] = Y.shape as readonly [number, number] // of rank 3 at least
  const view = [images, channels, elementCount(Y.shape.slice(2))]
  const epilogue = context.epilogue?.bind(view)
  if (context.epilogue && !epilogue) return 'an epilogue that does not lie along channels and pixels'
  if (elementCount(Y.shape) === 0) return undefined
  const pixels = elementCount(X.shape.slice(2))
  const rows = elementCount(W.shape.slice(1))
  const spread = context.temp('taps', 4 * images * group * rows * pixels)
  lowerGemm(
    context,
    {
      a: { form: 'plain', at: W.at, count: group, isTurned: true, isConstant: W.isConstant },
      b: { form: 'plain', at: X.at, count: images * group, isTurned: false, isConstant: X.isConstant },
      c: spread,
      rows,
      columns: pixels,
      depth: X.shape[1]! / group,
      count: images * group,
      ...(group > 1 && images > 1 && { pairs: pairsOf(images, group) }),
    },
    undefined,
  )
  const args = { x: spread, y: Y.at, bias: B?.at, channels, ...spreadArgs(axes), ...epilogue?.args }
  context.call(spreadKernel(axes.at(-1)?.stride ?? 1, epilogue), args, images * channels)
  return undefined
}

const pairsOf = (images: number, group: number) =>
  Array.from({ length: images * group }, (_, i) => [i % group, i] as const)

/** Arguments of the spread kernel for windows over its output. */
export function spreadArgs(axes: readonly WindowAxis[]) {
  const [depth, height, width] = padAxes(axes, 3) as readonly [WindowAxis, WindowAxis, WindowAxis] // of three
  return {
    inDepth: depth.output,
    inHeight: height.output,
    inWidth: width.output,
    outDepth: depth.size,
    outHeight: height.size,
    outWidth: width.size,
    kernelDepth: depth.kernel,
    kernelHeight: height.kernel,
    kernelWidth: width.kernel,
    strideDepth: depth.stride,
    strideHeight: height.stride,
    strideWidth: width.stride,
    dilationDepth: depth.dilation,
    dilationHeight: height.dilation,
    dilationWidth: width.dilation,
    padDepth: depth.padBegin,
    padHeight: height.padBegin,
    padWidth: width.padBegin,
  }
}
