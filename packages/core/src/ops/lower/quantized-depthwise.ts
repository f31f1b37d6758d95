/** Convolutions of single channels of 8-bit integers. */
import { elementCount } from '../../base/shape.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext } from '../../kernel/lower.ts'
import { lowerByteWindows } from '../../kernel/quantized/byte-windows.ts'
import type { ByteType } from '../../kernel/quantized/bytes.ts'
import type { Factors } from '../../kernel/quantized/factors.ts'
import { pairBytes, pairKernel } from '../../kernel/quantized/pack-pairs.ts'
import { lowerPaddedPlanes } from '../../kernel/quantized/padded-image.ts'
import { depthwiseProduct } from '../../kernel/quantized/window-works.ts'
import type { PreparedConv } from './quantized-conv.ts'

/** Lowers a convolution whose groups are single channels. */
export function lowerByteDepthwise(conv: PreparedConv, factors: Factors, context: LowerContext): void {
  const { x, y, group, xZero, bias, plane, scaling } = conv
  const [images, maps] = y.shape as readonly [number, number] // of rank 3 at least
  const planes = lowerPaddedPlanes(context, x.at, images * group, plane, { at: xZero?.at, fallback: 0 })
  lowerByteWindows(context, {
    work: depthwiseProduct(conv.type, y.dtype as ByteType, plane[1].stride, context.target), // of the operator's types
    args: {
      ...packWeights(conv, context),
      xZero: xZero?.at,
      yZero: scaling?.yZero.at,
      bias: bias?.at,
      factors: factors.at,
      factorStep: factors.count === 1 ? 0 : 4,
      maps,
    },
    y: y.at,
    axes: plane,
    planes,
    count: images * maps,
    multiplier: maps / group,
  })
}

/** Every map's weights as pairs. */
function packWeights(
  { w, wZero }: PreparedConv,
  context: LowerContext,
): { readonly weights: Place; readonly weightBytes: number } {
  const maps = w.shape[0]!
  const depth = elementCount(w.shape.slice(1))
  const hasZeros = wZero !== undefined && elementCount(wZero.shape) > 1
  const weights = context.temp('depthwise weights', pairBytes(1, maps, depth) + 64)
  const args = {
    x: w.at,
    y: weights,
    zero: wZero?.at,
    count: maps,
    depth,
    strideBytes: depth,
    batchBytes: 0,
    packedBytes: 0,
    zeroBatch: 0,
    block: maps,
    tasks: 1,
  }
  context.call(pairKernel('turn', 1, w.dtype as ByteType, hasZeros), args, 1) // of the operator's types
  return { weights, weightBytes: pairBytes(1, 1, depth) }
}
