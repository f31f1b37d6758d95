import { elementCount } from '../../base/shape.ts'
import { numberOf } from '../attributes.ts'
import { definePass, phases, refused } from '../define.ts'
import { sole } from '../guards.ts'
import { op, optional } from '../pattern.ts'
import { tryNumbers } from '../tensors.ts'
import { dequantized, perTensor, quantizedType, quantizing, tryBias, zeroOf } from './scaling.ts'

/**
 * The sums are exact integers; float32 Conv rounds products and sums. The last rounding may fall on either side of a
 * half, so that results differ by one quantum at most.
 */
export const qlinearConv = definePass({
  name: 'qlinear-conv',
  priority: phases.fuse + 420,
  doc: 'Conv of dequantized values that is quantized again becomes QLinearConv; at most one quantum apart.',
  pattern: quantizing(op('Conv', [dequantized('x'), dequantized('w'), optional('bias')], { as: 'conv' })),
  guards: [sole('conv'), perTensor('x', 'y')],
  build: (match, emit) => {
    const { view, node, value, shape, dtype, constant, tryValue } = match
    const maps = shape('w')?.[0]
    const [x, w] = [dtype('x'), dtype('w')]
    const [xScale, wScale] = [constant('xScale'), constant('wScale')]
    if (typeof maps !== 'number' || !x || !w || !wScale)
      return refused('weights and their scale must be known')
    const slices = elementCount(wScale.shape)
    const isPerMap =
      slices > 1 &&
      (slices !== maps || wScale.shape.length !== 1 || numberOf(node('wDequantized'), 'axis', 1) !== 0)
    if (isPerMap) return refused('the weights must have one scale, or one per map')
    const zeros = tryValue('wZero') && view.shape(value('wZero'))
    if (zeros && zeros.length > 1)
      return refused('the zero point of the weights must be a scalar or a vector')
    const units = xScale && tryNumbers(wScale)?.map((scale) => scale * tryNumbers(xScale)![0]!)
    const bias = tryValue('bias') === undefined ? undefined : units && tryBias(match, 'bias', units, maps)
    if (tryValue('bias') !== undefined && !bias)
      return refused('the bias must be a constant within 32 bits, and so must the scales')
    const type = quantizedType(match)
    const { attributes } = node('conv')
    const inputs = [
      value('x'),
      value('xScale'),
      zeroOf(match, emit, 'x', x),
      value('w'),
      value('wScale'),
      zeroOf(match, emit, 'w', w),
      value('yScale'),
      zeroOf(match, emit, 'y', type),
    ]
    return emit.node('QLinearConv', [...inputs, bias && emit.constant(bias)], Object.fromEntries(attributes))
  },
})
