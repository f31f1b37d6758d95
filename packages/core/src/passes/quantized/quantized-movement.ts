import type { Node } from '../../ir/graph.ts'
import type { AnyOp } from '../../ops/define.ts'
import { numberOf } from '../attributes.ts'
import { definePass, phases, refused } from '../define.ts'
import { sole } from '../guards.ts'
import { op, opWhere } from '../pattern.ts'
import { dequantized, perTensor, quantizedType, quantizing, sameScaling, zeroOf } from './scaling.ts'

/** Elements come out as they went in, or the largest of them does. BitCast looks at their bits. */
const moves = ({ name, lower }: AnyOp, { outputs }: Node): boolean =>
  outputs.length === 1 && ((lower.kind === 'view' && name !== 'BitCast') || name === 'MaxPool')

export const quantizedMovement = definePass({
  name: 'quantized-movement',
  priority: phases.fuse + 440,
  doc: 'What only moves dequantized elements, or takes the largest, works on the quantized ones where the scale stays; equal bit by bit.',
  pattern: quantizing(
    opWhere('an operator that moves elements', moves, [dequantized('x')], { as: 'node', open: true }),
  ),
  guards: [sole('node'), perTensor('x', 'y')],
  build: (match, emit) => {
    const { node, value, dtype } = match
    if (dtype('x') !== quantizedType(match) || !sameScaling(match, 'x', 'y')) {
      return refused('both must have one scale, one zero point and one type')
    }
    return emit.again(node('node'), [value('x'), ...node('node').inputs.slice(1)])
  },
})

export const qlinearConcat = definePass({
  name: 'qlinear-concat',
  priority: phases.fuse + 440,
  doc: 'Concat of dequantized values that is quantized again becomes QLinearConcat; equal bit by bit.',
  pattern: quantizing(op('Concat', [], { as: 'concat', open: true })),
  guards: [sole('concat'), perTensor('y')],
  build: (match, emit) => {
    const { view, node, value } = match
    const type = quantizedType(match)
    const parts: string[] = []
    for (const name of node('concat').inputs) {
      const maker = view.producer(name)
      const [x, scale, zero] = maker?.inputs ?? []
      const isSingle = (one: string | undefined) => !one || view.shape(one)?.every((size) => size === 1)
      if (maker?.op !== 'DequantizeLinear' || !x || !scale || !isSingle(scale) || !isSingle(zero)) {
        return refused(`"${name}" must be dequantized with one scale`)
      }
      if (view.dtype(x) !== type || view.dtype(scale) !== 'float32')
        return refused('all must have one 8-bit type and float32 scales')
      parts.push(x, scale, zero || emit.literal(type, 0))
    }
    const inputs = [value('yScale'), zeroOf(match, emit, 'y', type), ...parts]
    return emit.node(
      'QLinearConcat',
      inputs,
      { axis: numberOf(node('concat'), 'axis') },
      { domain: 'com.microsoft' },
    )
  },
})
