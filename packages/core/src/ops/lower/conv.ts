/** Convolutions: the first way of computing one that fits is taken. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { type WindowSpec, windowAxes } from '../shared/window.ts'
import { depthwiseConvolution } from './conv-depthwise.ts'
import { gemmConvolution, pointwiseConvolution } from './conv-gemm.ts'
import type { ConvProblem, ConvStrategy } from './conv-problem.ts'
import { shiftedConvolution } from './conv-shifted.ts'
import { winogradConvolution } from './conv-winograd.ts'

/** In the order in which they are tried; the last one takes all. */
const strategies: readonly ConvStrategy[] = [
  winogradConvolution,
  shiftedConvolution,
  depthwiseConvolution,
  pointwiseConvolution,
  gemmConvolution,
]

interface ConvInputs {
  readonly X: TensorRef
  readonly W: TensorRef
  readonly B: TensorRef | undefined
}

/** Lowers Conv by the first strategy that fits and does not refuse. */
export function lowerConv(
  { X, W, B }: ConvInputs,
  Y: TensorRef,
  attrs: WindowSpec & { readonly group: number },
  context: LowerContext,
): Refusal {
  if (Y.dtype !== 'float32') return `dtype ${Y.dtype}`
  if (X.shape.length > 5) return `${X.shape.length - 2} spatial axes`
  if (elementCount(Y.shape) === 0) return undefined
  const axes = windowAxes(X.shape.slice(2), W.shape.slice(2), attrs)
  return lowerByStrategy({ X, W, B, Y, group: attrs.group, axes }, context)
}

/** Adds the calls of the first strategy that fits and does not refuse. */
export function lowerByStrategy(problem: ConvProblem, context: LowerContext): Refusal {
  let refusal: Refusal = 'no way of computing it'
  for (const strategy of strategies) {
    if (!strategy.fits(problem, context)) continue
    refusal = strategy.lower(problem, context)
    if (refusal === undefined) return undefined
  }
  return refusal
}
