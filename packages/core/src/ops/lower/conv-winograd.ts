/** 3×3 convolutions of stride 1 by Winograd's minimal filtering: a quarter of the multiplications for 4×4 tiles. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal } from '../../kernel/lower.ts'
import type { Target } from '../../kernel/target.ts'
import type { ConvProblem, ConvStrategy } from './conv-problem.ts'
import { planeAxes, planeEpilogue } from './plane-axes.ts'
import { oddLines, winogradPlan } from './winograd/plan.ts'
import { fourByThree, type Transform, twoByThree } from './winograd/transforms.ts'
import { weightsKernel } from './winograd/weights.ts'
import { winogradKernel } from './winograd/winograd-kernel.ts'

/** With fewer channels the transforms cost more than the multiplications that they save. */
const leastChannels = 6

/** Of the 9 multiplications per result that a direct convolution takes, so many must be left at most. */
const mostProducts = 6

/** Weights that change are transformed in every run, which that many results for each of them pay for. */
const leastOutputs = 256

/** Constant weights are transformed once, when the model is prepared. */
export const winogradConvolution: ConvStrategy = {
  fits: (problem, { target }) => {
    const { X, W, Y, axes, group } = problem
    return (
      (W.isConstant || elementCount(Y.shape) >= leastOutputs * Y.shape[1]!) &&
      group === 1 &&
      axes.length === 2 &&
      axes.every(({ kernel, stride, dilation }) => kernel === 3 && stride === 1 && dilation === 1) &&
      Math.min(X.shape[1]!, Y.shape[1]!) >= leastChannels &&
      products(bestTransform(problem, target), problem, target) <= mostProducts
    )
  },
  lower: (problem, context) =>
    lowerWinograd(problem, bestTransform(problem, context.target).outputs, context),
}

function bestTransform(problem: ConvProblem, target: Target): Transform {
  const [four, two] = [fourByThree, twoByThree].map((transform) => products(transform, problem, target))
  return four! <= two! ? fourByThree : twoByThree
}

/** Multiplications per result and channel, with those for what tiles and vectors compute beyond the image. */
function products({ outputs, size }: Transform, { X, axes }: ConvProblem, { tile }: Target): number {
  const lanes = 4 * tile.vectors
  const tiles = axes.reduce((count, { output }) => count * Math.ceil(output / outputs), X.shape[0]!)
  const results = axes.reduce((count, { output }) => count * output, X.shape[0]!)
  return (size * size * lanes * Math.ceil(tiles / lanes)) / results
}

/** Lowers a convolution with windows of 3×3, stride 1 and one group with tiles of 2×2 or 4×4 results. */
export function lowerWinograd(problem: ConvProblem, outputs: 2 | 4, context: LowerContext): Refusal {
  const { X, W, B, Y } = problem
  const axes = planeAxes(problem.axes)
  if (!axes) return 'more than two spatial axes'
  const epilogue = planeEpilogue(context, Y.shape, axes)
  if (!epilogue) return 'an epilogue that does not lie along the output'
  const { target, threads } = context
  const transform: Transform = outputs === 4 ? fourByThree : twoByThree
  const [images, channels, maps] = [X.shape[0]!, X.shape[1]!, Y.shape[1]!]
  const sizes = { images, channels, maps, height: axes[0], width: axes[1] }
  const plan = winogradPlan(sizes, transform, target, threads)
  const { rows, vectors } = target.tile
  const uStride = oddLines(4 * channels * rows * Math.ceil(maps / rows))
  const u = context.temp('winograd weights', transform.size ** 2 * uStride)
  context.call(weightsKernel(transform, rows), { w: W.at, u, channels, uStride }, maps)
  context.call(
    winogradKernel(target, transform, epilogue),
    { x: X.at, u, b: B?.at, y: Y.at, uStride, panelLanes: 4 * vectors, ...plan.args, ...epilogue.args },
    plan.tasks,
    plan.scratchBytes,
  )
  return undefined
}
