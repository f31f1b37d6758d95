/** Graphs of quantized values for tests: an input that has been quantized and dequantized, and bytes at random. */
import { tensor } from '../base/tensor.ts'
import type { GraphBuilder } from '../ir/builder.ts'
import type { Weights } from './pass-test.ts'

type B = GraphBuilder
const zero = (b: B, value: number, type: 'int8' | 'uint8') =>
  b.constant(
    type === 'int8' ? tensor('int8', [], Int8Array.of(value)) : tensor('uint8', [], Uint8Array.of(value)),
  )
export const quantize = (b: B, x: string, scale: number, at = 3, type: 'int8' | 'uint8' = 'uint8') =>
  b.node('QuantizeLinear', [x, b.literal('float32', scale), zero(b, at, type)])
export const dequantize = (b: B, x: string, scale: number, at = 3, type: 'int8' | 'uint8' = 'uint8') =>
  b.node('DequantizeLinear', [x, b.literal('float32', scale), zero(b, at, type)])
/** An input that has been quantized and dequantized, around 100 of 255. */
export const around = (
  b: B,
  g: Weights,
  name: string,
  shape: readonly (number | string)[],
  scale = 0.1,
  at = 100,
) => dequantize(b, quantize(b, g.input(name, shape), scale, at), scale, at)
export const bytes = (b: B, g: Weights, shape: readonly number[]) =>
  b.constant(
    tensor(
      'int8',
      shape,
      Int8Array.from({ length: shape.reduce((a, c) => a * c, 1) }, () => g.int(-127, 127)),
    ),
  )
export const image = ['N', 3, 6, 5] as const
