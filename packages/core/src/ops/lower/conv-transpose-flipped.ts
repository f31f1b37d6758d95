/** Transposed convolutions whose windows are one apart: convolutions with their weights turned round. */
import { elementCount } from '../../base/shape.ts'
import { flipWeights } from '../../kernel/conv/flip-weights.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import type { WindowAxis } from '../shared/window.ts'
import { lowerByStrategy } from './conv.ts'
import type { ConvTransposeProblem } from './conv-transpose.ts'

/** The window that an input would be seen through; `axis` is over the output. */
function seenThrough({ size, kernel, dilation, padBegin, output }: WindowAxis): WindowAxis {
  const reach = (kernel - 1) * dilation
  const begin = reach - padBegin
  return {
    size: output,
    kernel,
    stride: 1,
    dilation,
    padBegin: begin,
    padEnd: size + reach - output - begin,
    output: size,
  }
}

/** True where no padding would be negative. */
export function fitsFlipped({ axes, Y }: ConvTransposeProblem): boolean {
  return (
    elementCount(Y.shape) > 0 &&
    axes.every((axis) => {
      const { padBegin, padEnd } = seenThrough(axis)
      return axis.stride === 1 && padBegin >= 0 && padEnd >= 0
    })
  )
}

/** Lowers ConvTranspose by a convolution. */
export function lowerFlipped(problem: ConvTransposeProblem, context: LowerContext): Refusal {
  const { X, W, B, Y, group, axes } = problem
  const [inputs, outputs] = [X.shape[1]! / group, W.shape[1]!]
  const kernel = W.shape.slice(2)
  const turned: TensorRef = {
    dtype: W.dtype,
    shape: [group * outputs, inputs, ...kernel],
    at: context.temp('weights turned round', 4 * elementCount(W.shape)),
    isConstant: W.isConstant,
  }
  const args = { w: W.at, y: turned.at, inputs, outputs, taps: elementCount(kernel) }
  const calls: (() => void)[] = []
  const refusal = lowerByStrategy(
    { X, W: turned, B, Y, group, axes: axes.map(seenThrough) },
    { ...context, call: (...call) => void calls.push(() => context.call(...call)) },
  )
  if (refusal !== undefined) return refusal
  context.call(flipWeights, args, group * outputs)
  for (const call of calls) call()
  return undefined
}
