/** A graph with one kernel of each structure, to compare ways of compiling them. */
import { elementCount, type Shape } from '../../base/shape.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'

const imageShape = [1, 16, 15, 17] as const
const lineShape = [5, 67] as const
const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-40, 88, -88, 3e38]

function wave(shape: Shape): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * 0.7 + 0.1))
  return tensor('float32', shape, data)
}

/** Its outputs are named after what computes them. */
export function sampleGraph(): Graph {
  const b = graphBuilder({ name: 'sample' })
  const image = b.input('image', tensorType('float32', imageShape))
  const lines = b.input('lines', tensorType('float32', lineShape))
  const weights = (...shape: readonly number[]) => b.constant(wave(shape))
  const pads = [1, 1, 1, 1]
  const named = (name: string) => ({ outputs: [name] })
  const rows = b.node('Reshape', [image, b.literal('int64', [-1, 85])])
  return b.build([
    b.node('MatMul', [rows, weights(85, 53)], {}, named('product')),
    b.node('Conv', [image, weights(16, 16, 3, 3)], { pads }, named('convolution')),
    b.node('Conv', [image, weights(20, 16, 3, 3), weights(20)], { strides: [2, 2] }, named('strided')),
    b.node('Conv', [image, weights(16, 1, 3, 3)], { pads, group: 16 }, named('depthwise')),
    b.node('MaxPool', [image], { kernel_shape: [3, 3], strides: [2, 2] }, named('pooling')),
    b.node('Softmax', [rows], {}, named('softmax')),
    b.node('LayerNormalization', [rows, weights(85), weights(85)], {}, named('normalization')),
    b.node('ReduceSum', [image, b.literal('int64', [1])], { keepdims: 0 }, named('sum')),
    b.node('Mul', [b.node('Sigmoid', [lines]), b.node('Tanh', [lines])], {}, named('elementwise')),
    b.node('Div', [b.node('Exp', [lines]), b.node('Sqrt', [lines])], {}, named('quotient')),
    b.node('Cast', [lines], { to: 6 }, named('cast')),
  ])
}

export function sampleInputs(): ReadonlyMap<string, Tensor> {
  const lines = wave(lineShape)
  const data = Float32Array.from(lines.data as Float32Array, (value, i) => odd[i % 11] ?? 4 * value) // of float32
  return new Map([
    ['image', wave(imageShape)],
    ['lines', tensor('float32', lineShape, data)],
  ])
}
