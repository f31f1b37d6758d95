import { describe, expect, it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { narrow, wide } from '../../base/wide.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { interpret } from '../../reference/interpret.ts'
import { difference } from '../../testing/close.ts'
import { compileGraph } from './compile.ts'

const wave = (dtype: DType, shape: Shape, scale = 1): Tensor =>
  narrow(
    wide(
      dtype,
      shape,
      Float64Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * 0.7 + 0.1) * scale),
    ),
  )

/** Convolutions with bias and activation, a residual, pooling, and a classifier. */
function smallNetwork(dtype: DType): Graph {
  const b = graphBuilder({ name: 'network' })
  const weights = (shape: Shape, scale: number) => b.constant(wave(dtype, shape, scale))
  const x = b.input('x', tensorType(dtype, [2, 3, 20, 20]))
  const convolved = b.node('Conv', [x, weights([16, 3, 3, 3], 0.3), weights([16], 1)], { pads: [1, 1, 1, 1] })
  const active = b.node('Relu', [convolved])
  const deep = b.node('Conv', [active, weights([16, 16, 3, 3], 0.1)], { pads: [1, 1, 1, 1] })
  const sum = b.node('Add', [deep, active])
  const pooled = b.node('MaxPool', [sum], { kernel_shape: [2, 2], strides: [2, 2] })
  const light = b.node('Conv', [pooled, weights([16, 1, 3, 3], 0.4)], { group: 16, pads: [1, 1, 1, 1] })
  const wider = b.node('ConvTranspose', [light, weights([16, 4, 2, 2], 0.2)], { strides: [2, 2] })
  const flat = b.node('Flatten', [b.node('GlobalAveragePool', [wider])])
  const scores = b.node('Gemm', [flat, weights([10, 4], 0.5), weights([10], 0.1)], { transB: 1 })
  return b.build([b.node('Softmax', [scores])])
}

/** One block of a transformer: attention, normalisations, and a layer with GELU. */
function transformerBlock(dtype: DType): Graph {
  const b = graphBuilder({ name: 'block' })
  const [tokens, width, heads] = [7, 32, 4]
  const weights = (shape: Shape, scale: number) => b.constant(wave(dtype, shape, scale))
  const x = b.input('x', tensorType(dtype, [1, tokens, width]))
  const normal = (value: string) =>
    b.node('LayerNormalization', [value, weights([width], 1), weights([width], 0.1)])
  const split = (value: string, perm: readonly number[]) => {
    const shape = b.literal('int64', [1, tokens, heads, width / heads])
    return b.node('Transpose', [b.node('Reshape', [value, shape])], { perm })
  }
  const first = normal(x)
  const [q, k, v] = [0.2, 0.25, 0.3].map((scale) => b.node('MatMul', [first, weights([width, width], scale)]))
  const logits = b.node('MatMul', [split(q!, [0, 2, 1, 3]), split(k!, [0, 2, 3, 1])])
  const scaled = b.node('Mul', [logits, b.literal(dtype, 0.35)])
  const mixed = b.node('MatMul', [b.node('Softmax', [scaled]), split(v!, [0, 2, 1, 3])])
  const joined = b.node('Reshape', [
    b.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }),
    b.literal('int64', [1, tokens, width]),
  ])
  const attended = b.node('Add', [x, b.node('MatMul', [joined, weights([width, width], 0.2)])])
  const inner = b.node('Gelu', [
    b.node('Add', [b.node('MatMul', [normal(attended), weights([width, 64], 0.2)]), weights([64], 0.1)]),
  ])
  return b.build([b.node('Add', [attended, b.node('MatMul', [inner, weights([64, width], 0.2)])])])
}

/** Weights kept as half floats and cast where they are used, as exporters do; too large to fold. */
function castWeights(dtype: DType): Graph {
  const b = graphBuilder({ name: 'casts' })
  const wider = (value: string) => b.node('Cast', [value], { to: 1 })
  const x = b.input('x', tensorType(dtype, [1, 12, 16, 16]))
  const kernels = b.constant(wave(dtype, [12, 12, 3, 3], 0.1))
  const convolved = b.node('Conv', [wider(x), wider(kernels)], { pads: [1, 1, 1, 1] })
  const rows = b.node('Reshape', [convolved, b.literal('int64', [3, 1024])])
  return b.build([b.node('MatMul', [rows, wider(b.constant(wave(dtype, [1024, 2100], 0.05)))])])
}

function inputsOf(graph: Graph): ReadonlyMap<string, Tensor> {
  const [name] = graph.inputs
  const type = graph.types.get(name!)
  if (type?.kind !== 'tensor') throw new Error('the input must be a tensor')
  return new Map([[name!, wave(type.dtype, type.shape as Shape)]]) // of known size
}

describe.each([
  ['float16', 2 ** -8],
  ['bfloat16', 2 ** -5],
] as const)('compileGraph on %s', (dtype, precision) => {
  const graphs = { smallNetwork, transformerBlock, castWeights }
  it.each(Object.entries(graphs))('runs %s compiled, and as the reference does', (_, build) => {
    const graph = build(dtype)
    const inputs = inputsOf(graph)
    const expected = interpret(graph, inputs)
    for (const deterministic of [false, true]) {
      const compiled = compileGraph(graph, { deterministic })
      for (let run = 0; run < 2; run++)
        for (const [name, value] of compiled.run(inputs)) {
          const tolerance = { relative: precision, absolute: precision }
          expect(difference(value, expected.get(name)!, tolerance)).toBeUndefined()
        }
      expect(compiled.report().fallbacks).toEqual([])
    }
  })
})
