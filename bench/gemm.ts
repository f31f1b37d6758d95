/** Products of float32 matrices, [M, K] × [K, N] with constant weights, as models of one node. */
import { elementCount, graphBuilder, tensor, writeOnnx } from '@slipway/core'

/** M, K, N. */
export type GemmShape = readonly [number, number, number]

/** Squares, then the shapes of fully connected layers and of 1×1 convolutions turned round. */
export const gemmShapes: readonly GemmShape[] = [
  [64, 64, 64],
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [1, 1024, 1024],
  [1, 4096, 4096],
  [16, 768, 3072],
  [128, 768, 3072],
  [3136, 64, 256],
  [196, 1152, 192],
]

export function gemmModel([m, k, n]: GemmShape): Uint8Array {
  const builder = graphBuilder({ name: 'gemm' })
  const a = builder.input('a', { kind: 'tensor', dtype: 'float32', shape: [m, k] })
  const weights = Float32Array.from({ length: elementCount([k, n]) }, (_, i) => Math.sin(i) / Math.sqrt(k))
  const b = builder.constant(tensor('float32', [k, n], weights), 'b')
  const c = builder.node('MatMul', [a, b], {}, { outputs: ['c'] })
  return writeOnnx(builder.build([c], new Map([[c, { kind: 'tensor', dtype: 'float32', shape: [m, n] }]])))
}
