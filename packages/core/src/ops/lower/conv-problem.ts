/** A convolution with everything worked out, and what a way of computing it looks like. */
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import type { WindowAxis } from '../shared/window.ts'

export interface ConvProblem {
  readonly X: TensorRef
  readonly W: TensorRef
  readonly B: TensorRef | undefined
  readonly Y: TensorRef
  readonly group: number
  /** One entry per spatial axis. */
  readonly axes: readonly WindowAxis[]
}

/** One way of computing convolutions; `lower` is asked only where it fits. */
export interface ConvStrategy {
  fits(problem: ConvProblem, context: LowerContext): boolean
  lower(problem: ConvProblem, context: LowerContext): Refusal
}
