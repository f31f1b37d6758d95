import { tensor } from '../../base/tensor.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { passTest, type Weights } from '../../testing/pass-test.ts'
import { qlinearConv } from './qlinear-conv.ts'
import { qlinearBinary, qlinearUnary } from './qlinear-elementwise.ts'
import { qgemm, qlinearMatmul } from './qlinear-matmul.ts'
import { quantizeClamp, requantize } from './quantize-dequantize.ts'
import { qlinearConcat, quantizedMovement } from './quantized-movement.ts'

type B = GraphBuilder
const zero = (b: B, value: number, type: 'int8' | 'uint8') =>
  b.constant(
    type === 'int8' ? tensor('int8', [], Int8Array.of(value)) : tensor('uint8', [], Uint8Array.of(value)),
  )
const quantize = (b: B, x: string, scale: number, at = 3, type: 'int8' | 'uint8' = 'uint8') =>
  b.node('QuantizeLinear', [x, b.literal('float32', scale), zero(b, at, type)])
const dequantize = (b: B, x: string, scale: number, at = 3, type: 'int8' | 'uint8' = 'uint8') =>
  b.node('DequantizeLinear', [x, b.literal('float32', scale), zero(b, at, type)])
/** An input that has been quantized and dequantized, around 100 of 255. */
const around = (b: B, g: Weights, name: string, shape: readonly (number | string)[], scale = 0.1, at = 100) =>
  dequantize(b, quantize(b, g.input(name, shape), scale, at), scale, at)
const bytes = (b: B, g: Weights, shape: readonly number[]) =>
  b.constant(
    tensor(
      'int8',
      shape,
      Int8Array.from({ length: shape.reduce((a, c) => a * c, 1) }, () => g.int(-127, 127)),
    ),
  )
const image = ['N', 3, 6, 5] as const

const perMap = (b: B, g: Weights) =>
  b.node('DequantizeLinear', [bytes(b, g, [4, 3, 3, 3]), b.literal('float32', [0.01, 0.02, 0.03, 0.04])], {
    axis: 0,
  })
const conv = (b: B, g: Weights, bias?: string) =>
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

const columns = (b: B, g: Weights) =>
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

passTest(qlinearBinary, [
  {
    name: 'Add',
    graph: (b, g) =>
      quantize(b, b.node('Add', [around(b, g, 'x', ['N', 4]), around(b, g, 'z', [4], 0.07, 90)]), 0.15, 110),
    becomes: ['QuantizeLinear', 'QuantizeLinear', 'com.microsoft.QLinearAdd'],
    quanta: 1,
  },
  {
    name: 'Mul',
    graph: (b, g) =>
      quantize(b, b.node('Mul', [around(b, g, 'x', ['N', 4]), around(b, g, 'z', [4], 0.07, 90)]), 0.5, 110),
    becomes: ['QuantizeLinear', 'QuantizeLinear', 'com.microsoft.QLinearMul'],
    quanta: 1,
  },
  {
    name: 'not of different types',
    graph: (b, g) =>
      quantize(
        b,
        b.node('Add', [
          around(b, g, 'x', [4]),
          dequantize(b, quantize(b, g.input('z', [4]), 0.1, 0, 'int8'), 0.1, 0, 'int8'),
        ]),
        0.15,
        110,
      ),
    because: 'one 8-bit type',
  },
])

passTest(qlinearUnary, [
  {
    name: 'Sigmoid',
    graph: (b, g) => quantize(b, b.node('Sigmoid', [around(b, g, 'x', ['N', 9])]), 1 / 256, 0),
    becomes: ['QuantizeLinear', 'com.microsoft.QLinearSigmoid'],
    quanta: 1,
  },
  {
    name: 'LeakyRelu',
    graph: (b, g) =>
      quantize(b, b.node('LeakyRelu', [around(b, g, 'x', ['N', 9])], { alpha: 0.25 }), 0.1, 30),
    becomes: ['QuantizeLinear', 'com.microsoft.QLinearLeakyRelu'],
    quanta: 1,
  },
  {
    name: 'AveragePool',
    graph: (b, g) =>
      quantize(
        b,
        b.node('AveragePool', [around(b, g, 'x', image)], {
          kernel_shape: [3, 2],
          pads: [1, 0, 1, 1],
          dilations: [1, 1],
        }),
        0.1,
        100,
      ),
    becomes: ['QuantizeLinear', 'com.microsoft.QLinearAveragePool'],
    quanta: 1,
  },
  {
    name: 'GlobalAveragePool',
    graph: (b, g) => quantize(b, b.node('GlobalAveragePool', [around(b, g, 'x', image)]), 0.05, 100),
    becomes: ['QuantizeLinear', 'com.microsoft.QLinearGlobalAveragePool'],
    quanta: 1,
  },
  {
    name: 'not AveragePool with dilations',
    graph: (b, g) =>
      quantize(
        b,
        b.node('AveragePool', [around(b, g, 'x', image)], { kernel_shape: [2, 2], dilations: [2, 1] }),
        0.1,
        100,
      ),
    because: 'dilations must be 1',
  },
])

passTest(quantizedMovement, [
  {
    name: 'MaxPool and views',
    graph: (b, g) => {
      const pooled = quantize(
        b,
        b.node('MaxPool', [around(b, g, 'x', image)], { kernel_shape: [2, 2] }),
        0.1,
        100,
      )
      return quantize(
        b,
        b.node('Transpose', [dequantize(b, pooled, 0.1, 100)], { perm: [0, 2, 3, 1] }),
        0.1,
        100,
      )
    },
    becomes: ['QuantizeLinear', 'MaxPool', 'Transpose'],
  },
  {
    name: 'not to another scale',
    graph: (b, g) => quantize(b, b.node('Flatten', [around(b, g, 'x', image)]), 0.2, 100),
    because: 'one scale',
  },
  {
    name: 'not what computes',
    graph: (b, g) => quantize(b, b.node('Neg', [around(b, g, 'x', image)]), 0.1, 100),
    because: 'moves elements',
  },
])

passTest(qlinearConcat, [
  {
    name: 'of different scales',
    graph: (b, g) =>
      quantize(
        b,
        b.node('Concat', [around(b, g, 'x', ['N', 2]), around(b, g, 'z', ['N', 3], 0.05, 20)], { axis: -1 }),
        0.1,
        90,
      ),
    becomes: ['QuantizeLinear', 'QuantizeLinear', 'com.microsoft.QLinearConcat'],
  },
  {
    name: 'not with a part in floats',
    graph: (b, g) =>
      quantize(b, b.node('Concat', [around(b, g, 'x', [1, 2]), g.input('z', [1, 3])], { axis: -1 }), 0.1, 90),
    because: 'must be dequantized with one scale',
  },
])

passTest(requantize, [
  {
    name: 'the same scale',
    graph: (b, g) => b.node('Flatten', [quantize(b, around(b, g, 'x', image), 0.1, 100)]),
    becomes: ['QuantizeLinear', 'Flatten'],
  },
  {
    name: 'not another zero point',
    graph: (b, g) => quantize(b, around(b, g, 'x', image), 0.1, 99),
    because: 'one zero point',
  },
])

passTest(quantizeClamp, [
  {
    name: 'Relu at the zero of the range',
    graph: (b, g) => quantize(b, b.node('Relu', [g.input('x', ['N', 4])]), 0.1, 0),
    becomes: ['QuantizeLinear'],
  },
  {
    name: 'Clip around the range',
    graph: (b, g) =>
      quantize(
        b,
        b.node('Clip', [g.input('x', ['N', 4]), b.literal('float32', -12.8), b.literal('float32', 13)]),
        0.1,
        0,
        'int8',
      ),
    becomes: ['QuantizeLinear'],
  },
  {
    name: 'not Relu inside the range',
    graph: (b, g) => quantize(b, b.node('Relu', [g.input('x', ['N', 4])]), 0.1, 10),
    because: 'must not cut',
  },
])
