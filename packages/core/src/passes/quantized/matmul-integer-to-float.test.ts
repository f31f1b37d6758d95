import type { GraphBuilder } from '../../ir/builder.ts'
import { passTest, type Weights } from '../../testing/pass-test.ts'
import { bytes } from '../../testing/quantized-graph.ts'
import { matmulIntegerToFloat } from './matmul-integer-to-float.ts'

/** What tools for dynamic quantization make of a linear layer. */
function dynamic(b: GraphBuilder, g: Weights, scale: number | readonly number[], isTurned = false): string {
  const [a, aScale, aZero] = b.nodes('DynamicQuantizeLinear', [g.input('x', ['N', 2, 5])], {}, { outputs: 3 })
  const zero = b.literal('int8', typeof scale === 'number' ? 3 : scale.map((_, i) => i))
  const sums = b.node('Cast', [b.node('MatMulInteger', [a, bytes(b, g, [5, 3]), aZero, zero])], { to: 1 })
  const scales = [aScale, b.literal('float32', scale)]
  return b.node('Mul', [sums, b.node('Mul', isTurned ? scales.toReversed() : scales)])
}

const becomes = ['DynamicQuantizeLinear', 'com.microsoft.MatMulIntegerToFloat']

passTest(matmulIntegerToFloat, [
  { name: 'with one scale', graph: (b, g) => dynamic(b, g, 0.5), becomes },
  { name: 'with scales per column', graph: (b, g) => dynamic(b, g, [0.5, 0.25, 2], true), becomes },
  {
    name: 'with a bias',
    graph: (b, g) => b.node('Add', [dynamic(b, g, 0.5), g.weights([3])]),
    becomes,
  },
  {
    name: 'and leaves what is no bias',
    graph: (b, g) => b.node('Add', [dynamic(b, g, 0.5), g.weights([2, 1])]),
    becomes: [...becomes, 'Add'],
  },
  {
    name: 'not with scales that are neither one nor per column',
    graph: (b, g) => {
      const a = g.input('x', [2, 5], 'uint8')
      const sums = b.node('Cast', [b.node('MatMulInteger', [a, bytes(b, g, [5, 3])])], { to: 1 })
      return b.node('Mul', [sums, b.node('Mul', [g.weights([2, 1]), g.weights([1, 3])])])
    },
    because: 'one scale must be a number',
  },
  {
    name: 'not where the sums are read too',
    graph: (b, g) => {
      const a = g.input('x', [2, 5], 'uint8')
      const sums = b.node('Cast', [b.node('MatMulInteger', [a, bytes(b, g, [5, 3])])], { to: 1 })
      return [sums, b.node('Mul', [sums, b.node('Mul', [g.weights([]), g.weights([3])])])]
    },
    because: 'must have no other reader',
  },
])
