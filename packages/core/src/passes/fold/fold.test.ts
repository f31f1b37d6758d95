import { expect, it } from 'vitest'
import { graphBuilder } from '../../ir/builder.ts'
import { passTest } from '../../testing/pass-test.ts'
import { optimize } from '../pipeline.ts'
import { whyNot } from '../why-not.ts'
import { constantFolding } from './constant-folding.ts'
import { constantNode } from './constant-node.ts'
import { constantOfShape } from './constant-of-shape.ts'
import { dequantizeConstant } from './dequantize-constant.ts'
import { ifConstant } from './if-constant.ts'
import { knownValues } from './known-values.ts'

passTest(constantNode, [
  {
    name: 'a tensor, an int and floats',
    graph: `graph g(x: float32[2]) -> (y, i) {
      a = Constant() {value: float32[2](1, 2)}
      b = Constant() {value_floats: [3.0, 4.5]}
      i = Constant() {value_int: 7}
      t = Add(x, a)
      y = Mul(t, b)
    }`,
    becomes: ['Add', 'Mul'],
    check: ({ constants }) => expect([...constants.keys()].sort()).toEqual(['a', 'b', 'i']),
  },
])

passTest(constantOfShape, [
  {
    name: 'what a layer reads',
    graph: (b, g) => {
      const x = g.input('x', ['N', 3, 5, 5])
      const shape = b.literal('int64', [4, 3, 3, 3])
      return b.node('Conv', [x, b.node('ConstantOfShape', [shape])])
    },
    becomes: ['Conv'],
  },
  {
    name: 'not with a shape that comes from outside',
    graph: 'graph g(s: int64[1]) -> (y) { y = ConstantOfShape(s) }',
    inputs: { s: { kind: 'tensor', dtype: 'int64', shape: [1], data: BigInt64Array.of(3n) } },
    because: 'the shape must be a constant',
  },
])

passTest(knownValues, [
  {
    name: 'a computation of shapes',
    graph: (b, g) => {
      const x = g.input('x', ['N', 3, 4])
      const channels = b.node('Gather', [b.node('Shape', [x]), b.literal('int64', [1, 2])])
      return b.node('Reshape', [x, b.node('Concat', [b.literal('int64', [-1]), channels], { axis: 0 })])
    },
    becomes: ['Reshape'],
  },
  {
    name: 'not with a size that is only named',
    graph: 'graph g(x: float32[N,3]) -> (y) { y = Shape(x) }',
    because: 'must be known in full',
  },
  {
    name: 'not the default of a graph input',
    graph:
      'graph g(x: float32[2], k: float32[2]) -> (y) { const k = float32[2](1, 2) t = Neg(k) y = Add(x, t) }',
  },
])

passTest(constantFolding, [
  {
    name: 'chains of any size, split into several outputs',
    graph: (b, g) => {
      const w = b.node('Transpose', [g.weights([30, 40])])
      const [p, q] = b.nodes('Split', [w], { axis: 0, num_outputs: 2 }, { outputs: 2 })
      return b.node('MatMul', [g.input('x', [2, 20]), b.node('Add', [p!, q!])])
    },
    becomes: ['MatMul'],
  },
  {
    name: 'large weights that are put together',
    graph: (b, g) =>
      b.node('MatMul', [
        g.input('x', [1, 200]),
        b.node('Concat', [g.weights([100, 100]), g.weights([100, 100])], { axis: 0 }),
      ]),
    becomes: ['MatMul'],
  },
  {
    name: 'not barriers',
    graph: (b) =>
      b.node('Neg', [b.node('Barrier', [b.literal('float32', [1, 2])], {}, { domain: 'ai.slipway' })]),
    because: 'a barrier is there to stay',
  },
  {
    name: 'not random operators',
    graph: (b) =>
      b.node('Mul', [
        b.node('RandomNormal', [], { shape: [2], seed: { kind: 'float', value: 1 } }),
        b.literal('float32', 2),
      ]),
    because: 'random operators are never folded',
  },
  {
    name: 'not quantization',
    graph: (b, g) =>
      b.node('MatMul', [
        g.input('x', [2, 3]),
        b.node('DequantizeLinear', [g.weights([3, 2], { dtype: 'int8' }), b.literal('float32', 0.5)]),
      ]),
    because: 'quantization is folded last',
  },
  {
    name: 'not more work than the budget allows',
    graph: (b, g) =>
      b.node('Add', [g.input('x', [150, 150]), b.node('MatMul', [g.weights([150, 2]), g.weights([2, 150])])]),
    because: 'elements, got',
  },
])

passTest(ifConstant, [
  {
    name: 'the branch that runs, with its constants and captures',
    graph: `graph g(x: float32[2]) -> (y, z) {
      const c = bool[](1)
      y, z = If(c) {then_branch: graph a() -> (p, x) { const k = float32[2](1, 2) p = Add(x, k) }, else_branch: graph b() -> (p, q) { p = Neg(x) q = Abs(x) }}
    }`,
    becomes: ['Add', 'Identity'],
  },
  {
    name: 'not a condition that comes from outside',
    graph: `graph g(c: bool[], x: float32[2]) -> (y) {
      y = If(c) {then_branch: graph a() -> (p) { p = Abs(x) }, else_branch: graph b() -> (p) { p = Neg(x) }}
    }`,
    because: 'the condition must be known',
  },
])

passTest(dequantizeConstant, [
  {
    name: 'one scale, and one per slice',
    graph: (b, g) => {
      const w = g.weights([3, 4], { dtype: 'int8' })
      const whole = b.node('DequantizeLinear', [
        w,
        b.literal('float32', 0.5),
        b.constant({ kind: 'tensor', dtype: 'int8', shape: [], data: Int8Array.of(3) }),
      ])
      const slices = b.node('DequantizeLinear', [w, b.literal('float32', [0.5, 0.25, 1, 2])], { axis: -1 })
      return b.node('MatMul', [g.input('x', ['N', 3]), b.node('Add', [whole, slices])])
    },
    becomes: ['Add', 'MatMul'],
  },
  {
    name: 'not 4-bit weights',
    graph: (b, g) =>
      b.node('MatMul', [
        g.input('x', [2, 4]),
        b.node('DequantizeLinear', [g.weights([4, 2], { dtype: 'int4' }), b.literal('float32', 0.5)]),
      ]),
    because: 'stay quantized',
  },
])

it('leaves a fill that is large and no weight', () => {
  const b = graphBuilder()
  const large = b.node('ConstantOfShape', [b.literal('int64', [2 ** 22 + 1])])
  const graph = b.build([b.node('Neg', [large])])
  expect(optimize(graph, { passes: [constantOfShape] }).graph).toBe(graph)
  expect(whyNot(graph, 'constant-of-shape')[0]!.reason).toContain('elements may be written out')
})
