import { tryNumbersOf } from '../attributes.ts'
import { definePass, phases, refused } from '../define.ts'
import { sole } from '../guards.ts'
import { op } from '../pattern.ts'
import { dequantized, perTensor, quantizedType, quantizing, zeroOf } from './scaling.ts'

const domain = { domain: 'com.microsoft' }

export const qlinearBinary = definePass({
  name: 'qlinear-binary',
  priority: phases.fuse + 430,
  doc: 'Add and Mul of dequantized values that are quantized again become QLinearAdd and QLinearMul; at most one quantum apart.',
  pattern: quantizing(op(['Add', 'Mul'], [dequantized('a'), dequantized('b')], { as: 'node' })),
  guards: [sole('node'), perTensor('a', 'b', 'y')],
  build: (match, emit) => {
    const { node, value, dtype } = match
    const type = quantizedType(match)
    if (dtype('a') !== type || dtype('b') !== type) return refused('all must have one 8-bit type')
    const part = (name: string) => [value(name), value(`${name}Scale`), zeroOf(match, emit, name, type)]
    return emit.node(
      `QLinear${node('node').op}`,
      [...part('a'), ...part('b'), value('yScale'), zeroOf(match, emit, 'y', type)],
      {},
      domain,
    )
  },
})

export const qlinearUnary = definePass({
  name: 'qlinear-unary',
  priority: phases.fuse + 430,
  doc: 'Sigmoid, LeakyRelu, AveragePool and GlobalAveragePool of a dequantized value that is quantized again become the QLinear operators; at most one quantum apart.',
  pattern: quantizing(
    op(['Sigmoid', 'LeakyRelu', 'AveragePool', 'GlobalAveragePool'], [dequantized('x')], { as: 'node' }),
  ),
  guards: [sole('node'), perTensor('x', 'y')],
  build: (match, emit) => {
    const { node, value, dtype } = match
    const type = quantizedType(match)
    if (dtype('x') !== type) return refused('both must have one 8-bit type')
    if (tryNumbersOf(node('node'), 'dilations')?.some((step) => step !== 1))
      return refused('dilations must be 1')
    const inputs = [
      value('x'),
      value('xScale'),
      zeroOf(match, emit, 'x', type),
      value('yScale'),
      zeroOf(match, emit, 'y', type),
    ]
    const attributes = [...node('node').attributes].filter(([name]) => name !== 'dilations')
    return emit.node(`QLinear${node('node').op}`, inputs, Object.fromEntries(attributes), domain)
  },
})
