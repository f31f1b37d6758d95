import { passTest } from '../../testing/pass-test.ts'
import { around, dequantize, image, quantize } from '../../testing/quantized-graph.ts'
import { qlinearBinary, qlinearUnary } from './qlinear-elementwise.ts'
import { quantizeClamp, requantize } from './quantize-dequantize.ts'
import { qlinearConcat, quantizedMovement } from './quantized-movement.ts'

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
