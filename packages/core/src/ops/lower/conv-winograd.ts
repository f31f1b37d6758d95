/** 3×3 convolutions of stride 1 by Winograd's minimal filtering: a quarter of the multiplications for 4×4 tiles. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal } from '../../kernel/lower.ts'
import { type ConvNode, planeAxes, planeEpilogue } from './conv-node.ts'
import { oddLines, winogradPlan } from './winograd/plan.ts'
import { fourByThree, type Transform, twoByThree } from './winograd/transforms.ts'
import { weightsKernel } from './winograd/weights.ts'
import { winogradKernel } from './winograd/winograd-kernel.ts'

/** Lowers a convolution with tiles of 2×2 or 4×4 results; or says why these do not compute it. */
export function lowerWinograd(node: ConvNode, outputs: 2 | 4, context: LowerContext): Refusal {
  const { X, W, B, Y, group } = node
  const axes = planeAxes(node.axes)
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  if (
    !axes ||
    group !== 1 ||
    axes.some((axis) => axis.kernel !== 3 || axis.stride !== 1 || axis.dilation !== 1)
  )
    return 'a window other than 3×3 with stride 1'
  if (X.shape[1] === 0) return 'no channels'
  const epilogue = planeEpilogue(context, Y.shape, axes)
  if (!epilogue) return 'an epilogue that does not lie along the output'
  if (elementCount(Y.shape) === 0) return undefined
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
