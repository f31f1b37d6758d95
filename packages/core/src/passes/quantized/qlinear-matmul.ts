import { elementCount } from '../../base/shape.ts'
import { numberOf } from '../attributes.ts'
import { definePass, type Guard, phases, refused } from '../define.ts'
import { rank, sole } from '../guards.ts'
import { op, optional } from '../pattern.ts'
import { tryNumbers } from '../tensors.ts'
import { dequantized, perTensor, quantizedType, quantizing, tryBias, zeroOf } from './scaling.ts'

/** One scale for b, or one per column of a matrix. */
const bPerColumn: Guard = ({ view, node, value, tryValue, shape }) => {
  const [scale, zero] = [view.shape(value('bScale')), tryValue('bZero') ? view.shape(value('bZero')) : []]
  const isSingle = scale?.every((size) => size === 1) && zero?.every((size) => size === 1)
  if (isSingle) return true
  const axis = numberOf(node('bDequantized'), 'axis', 1)
  const isColumn = shape('b')?.length === 2 && (axis === 1 || axis === -1) && scale?.length === 1
  return (isColumn && zero !== undefined && zero.length <= 1) || 'b must have one scale, or one per column'
}

export const qlinearMatmul = definePass({
  name: 'qlinear-matmul',
  priority: phases.fuse + 420,
  doc: 'MatMul of dequantized values that is quantized again becomes QLinearMatMul; at most one quantum apart.',
  pattern: quantizing(op('MatMul', [dequantized('a'), dequantized('b')], { as: 'product' })),
  guards: [sole('product'), perTensor('a', 'y'), bPerColumn],
  build: (match, emit) => {
    const { value, dtype } = match
    const [a, b] = [dtype('a'), dtype('b')]
    if (!a || !b) return refused('the types of a and b must be known')
    const left = [value('a'), value('aScale'), zeroOf(match, emit, 'a', a)]
    const right = [value('b'), value('bScale'), zeroOf(match, emit, 'b', b)]
    return emit.node('QLinearMatMul', [
      ...left,
      ...right,
      value('yScale'),
      zeroOf(match, emit, 'y', quantizedType(match)),
    ])
  },
})

export const qgemm = definePass({
  name: 'qgemm',
  priority: phases.fuse + 420,
  doc: 'Gemm of dequantized matrices that is quantized again becomes com.microsoft.QGemm; at most one quantum apart.',
  pattern: quantizing(
    op('Gemm', [dequantized('a'), dequantized('b'), optional('c')], {
      as: 'product',
      attributes: { alpha: 1, beta: 1 },
    }),
  ),
  guards: [sole('product'), perTensor('a', 'b', 'y'), rank('a', 2), rank('b', 2)],
  build: (match, emit) => {
    const { view, node, value, dtype, tryValue, constant } = match
    const [a, b, columns] = [dtype('a'), dtype('b'), view.shape(node('product').outputs[0]!)?.[1]]
    const [aScale, bScale] = [constant('aScale'), constant('bScale')]
    if (!a || !b || typeof columns !== 'number')
      return refused('the types of a and b and the columns must be known')
    const c = tryValue('c') === undefined ? [] : view.shape(value('c'))
    const isRow = c?.slice(0, -1).every((size) => size === 1)
    const units =
      aScale && bScale && elementCount(bScale.shape) === 1
        ? Float64Array.of(tryNumbers(aScale)![0]! * tryNumbers(bScale)![0]!)
        : undefined
    const bias =
      tryValue('c') !== undefined && units && isRow ? tryBias(match, 'c', units, columns) : undefined
    if (tryValue('c') !== undefined && !bias)
      return refused('C must be a constant row within 32 bits, and so must the scales')
    const flag = (name: string) => numberOf(node('product'), name)
    return emit.node(
      'QGemm',
      [
        value('a'),
        value('aScale'),
        zeroOf(match, emit, 'a', a),
        value('b'),
        value('bScale'),
        zeroOf(match, emit, 'b', b),
        bias && emit.constant(bias),
        value('yScale'),
        zeroOf(match, emit, 'y', quantizedType(match)),
      ],
      { transA: flag('transA'), transB: flag('transB') },
      { domain: 'com.microsoft' },
    )
  },
})
