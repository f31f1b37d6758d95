/** The fitted classifier as a graph of ONNX operators. */
import { type Graph, graphBuilder, symbol, tensor } from '@slipway/core'
import type { Discriminant } from './discriminant.ts'
import { cell, featureCount, filterSize, orientations, side } from './features.ts'

/** `image` float32 [N, 1, 28, 28] in [0, 1] → `probabilities` float32 [N, 10]. */
export function digitModel(filters: Float32Array, { weights, bias }: Discriminant): Graph {
  const b = graphBuilder({ name: 'digits' })
  const batch = symbol('N')
  const image = b.input('image', { kind: 'tensor', dtype: 'float32', shape: [batch, 1, side, side] })
  const kernel = b.constant(
    tensor('float32', [orientations, 1, filterSize, filterSize], filters),
    'edge_filters',
  )
  const w = b.constant(tensor('float32', [bias.length, featureCount], Float32Array.from(weights)), 'weights')
  const c = b.constant(tensor('float32', [bias.length], Float32Array.from(bias)), 'bias')
  const edges = b.node('Relu', [b.node('Conv', [image, kernel])])
  const cells = b.node('AveragePool', [edges], { kernel_shape: [cell, cell], strides: [cell, cell] })
  const scores = b.node('Gemm', [b.node('Flatten', [cells]), w, c], { transB: 1 })
  const [probabilities] = b.nodes('Softmax', [scores], {}, { outputs: ['probabilities'] })
  return b.build(
    [probabilities!],
    new Map([['probabilities', { kind: 'tensor', dtype: 'float32', shape: [batch, bias.length] }]]),
  )
}
