import { integerRange } from '../../base/dtype.ts'
import { definePass, phases, refused } from '../define.ts'
import { sole } from '../guards.ts'
import { op, optional } from '../pattern.ts'
import { tryScalar } from '../tensors.ts'
import { dequantized, perTensor, quantizedType, quantizing, sameScaling } from './scaling.ts'

export const requantize = definePass({
  name: 'requantize',
  priority: phases.fuse + 400,
  doc: 'QuantizeLinear of a value that was dequantized with the same scale and zero point is the value itself, bit by bit.',
  pattern: quantizing(dequantized('x')),
  guards: [perTensor('x', 'y')],
  build: (match) => {
    const isEightBits = /^u?int8$/.test(match.dtype('x') ?? '') && quantizedType(match) === match.dtype('x')
    return isEightBits && sameScaling(match, 'x', 'y')
      ? match.value('x')
      : refused('both must have one scale, one zero point and one 8-bit type')
  },
})

/** Real numbers outside the range of the type are stopped at its ends anyway. */
export const quantizeClamp = definePass({
  name: 'quantize-clamp',
  priority: phases.fuse + 410,
  doc: 'Relu and Clip before QuantizeLinear go away where the ends of the quantized type lie within their bounds; equal bit by bit.',
  pattern: quantizing(op(['Relu', 'Clip'], ['x', optional('low'), optional('high')], { as: 'clamp' })),
  guards: [perTensor('y'), sole('clamp')],
  build: (match, emit) => {
    const { root, node, constant, value, tryValue } = match
    const [scale, zero] = [
      tryScalar(constant('yScale')),
      tryValue('yZero') === undefined ? 0 : tryScalar(constant('yZero')),
    ]
    const bound = (name: string, otherwise: number) =>
      tryValue(name) === undefined ? otherwise : tryScalar(constant(name))
    const low = bound('low', node('clamp').op === 'Relu' ? 0 : Number.NEGATIVE_INFINITY)
    const high = bound('high', Number.POSITIVE_INFINITY)
    if (scale === undefined || zero === undefined || low === undefined || high === undefined)
      return refused('bounds, scale and zero point must be constants')
    const type = quantizedType(match)
    if (!/^u?int(4|8|16)$/.test(type)) return refused('the quantized type must be an integer')
    const [least, most] = integerRange(type).map((end) => (Number(end) - zero) * scale)
    const isWithin = scale > 0 && low <= least! && high >= most!
    return isWithin
      ? emit.again(root, [value('x'), ...root.inputs.slice(1)])
      : refused('the bounds must not cut the quantized range')
  },
})
