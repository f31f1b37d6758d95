import { tensor } from '../../base/tensor.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { passTest, type Weights } from '../../testing/pass-test.ts'
import { around, bytes, image, quantize } from '../../testing/quantized-graph.ts'
import { qlinearConv } from './qlinear-conv.ts'
import { qgemm, qlinearMatmul } from './qlinear-matmul.ts'
import { quantizeClamp } from './quantize-dequantize.ts'

const perMap = (b: GraphBuilder, g: Weights) =>
  b.node('DequantizeLinear', [bytes(b, g, [4, 3, 3, 3]), b.literal('float32', [0.01, 0.02, 0.03, 0.04])], {
    axis: 0,
  })
const conv = (b: GraphBuilder, g: Weights, bias?: string) =>
  b.node('Conv', [around(b, g, 'x', image), perMap(b, g), bias], { pads: [1, 1, 1, 1] })

passTest(qlinearConv, [
  {
    name: 'with scales per map and a bias in integers',
    graph: (b, g) => {
      const units = b.literal('float32', [0.001, 0.002, 0.003, 0.004])
      const bias = b.node(
        'DequantizeLinear',
        [b.constant(tensor('int32', [4], Int32Array.of(100, -7000, 0, 9))), units],
        { axis: 0 },
      )
      return quantize(b, conv(b, g, bias), 0.5, 128)
    },
    becomes: ['QuantizeLinear', 'QLinearConv'],
    quanta: 1,
  },
  {
    name: 'with a bias in floats',
    graph: (b, g) => quantize(b, conv(b, g, g.weights([4])), 0.5, -3, 'int8'),
    becomes: ['QuantizeLinear', 'QLinearConv'],
    quanta: 1,
  },
  {
    name: 'with one scale and no zero points',
    graph: (b, g) => {
      const w = b.node('DequantizeLinear', [bytes(b, g, [4, 3, 1, 1]), b.literal('float32', 0.01)])
      return b.node('QuantizeLinear', [
        b.node('Conv', [around(b, g, 'x', image), w]),
        b.literal('float32', 0.3),
      ])
    },
    becomes: ['QuantizeLinear', 'QLinearConv'],
    quanta: 1,
  },
  {
    name: 'under Relu that ends where the range does',
    graph: (b, g) => quantize(b, b.node('Relu', [conv(b, g)]), 0.5, 0),
    becomes: ['QuantizeLinear', 'QLinearConv'],
    with: [quantizeClamp],
    quanta: 1,
  },
  {
    name: 'not with a bias that comes from outside',
    graph: (b, g) => quantize(b, conv(b, g, g.input('bias', [4])), 0.5, 128),
    because: 'the bias must be a constant',
  },
  {
    name: 'not where others read the sums',
    graph: (b, g) => {
      const y = conv(b, g)
      return [quantize(b, y, 0.5, 128), y]
    },
    because: 'must have one reader',
  },
  {
    name: 'not with scales along another axis',
    graph: (b, g) =>
      quantize(
        b,
        b.node('Conv', [
          around(b, g, 'x', image),
          b.node('DequantizeLinear', [bytes(b, g, [3, 3, 1, 1]), b.literal('float32', [0.01, 0.02, 0.03])], {
            axis: 1,
          }),
        ]),
        0.5,
        128,
      ),
    because: 'one per map',
  },
])

const columns = (b: GraphBuilder, g: Weights) =>
  b.node('DequantizeLinear', [bytes(b, g, [4, 3]), b.literal('float32', [0.01, 0.02, 0.03])], { axis: -1 })

passTest(qlinearMatmul, [
  {
    name: 'with scales per column',
    graph: (b, g) => quantize(b, b.node('MatMul', [around(b, g, 'x', ['N', 2, 4]), columns(b, g)]), 0.2, 120),
    becomes: ['QuantizeLinear', 'QLinearMatMul'],
    quanta: 1,
  },
  {
    name: 'of two values',
    graph: (b, g) =>
      quantize(
        b,
        b.node('MatMul', [around(b, g, 'x', ['N', 2, 4]), around(b, g, 'z', ['N', 4, 3], 0.05, 90)]),
        0.3,
        120,
      ),
    becomes: ['QuantizeLinear', 'QuantizeLinear', 'QLinearMatMul'],
    quanta: 1,
  },
  {
    name: 'not with scales per row',
    graph: (b, g) =>
      quantize(
        b,
        b.node('MatMul', [
          around(b, g, 'x', [2, 3]),
          b.node('DequantizeLinear', [bytes(b, g, [3, 3]), b.literal('float32', [0.01, 0.02, 0.03])], {
            axis: 0,
          }),
        ]),
        0.2,
        120,
      ),
    because: 'one per column',
  },
])

passTest(qgemm, [
  {
    name: 'transposed, with a bias in floats',
    graph: (b, g) => {
      const w = b.node('DequantizeLinear', [bytes(b, g, [3, 4]), b.literal('float32', 0.01)])
      return quantize(
        b,
        b.node('Gemm', [around(b, g, 'x', ['N', 4]), w, g.weights([3])], { transB: 1 }),
        0.2,
        120,
      )
    },
    becomes: ['QuantizeLinear', 'com.microsoft.QGemm'],
    quanta: 1,
  },
  {
    name: 'not with beta',
    graph: (b, g) =>
      quantize(
        b,
        b.node('Gemm', [around(b, g, 'x', [2, 4]), around(b, g, 'w', [4, 3]), g.weights([3])], { beta: 0.5 }),
        0.2,
        120,
      ),
    because: 'attribute beta',
  },
])
