import { f32, flat, i32, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { negativeLogLikelihoodLoss } from './negative-log-likelihood-loss.ts'
import { softmaxCrossEntropyLoss } from './softmax-cross-entropy-loss.ts'

const input = f32([
  [-1, -2],
  [-3, -4],
])

opTest(negativeLogLikelihoodLoss, {
  cases: [
    { name: 'averages by default', inputs: { input, target: i64([0, 1]) }, outputs: { loss: f32(2.5) } },
    {
      name: 'gives each sample, over further axes',
      inputs: {
        input: f32([
          [
            [1, 2],
            [3, 4],
          ],
        ]),
        target: i32([[1, 0]]),
      },
      attrs: { reduction: 'none' },
      outputs: { loss: f32([[-3, -2]]) },
    },
    {
      name: 'divides by the weights used',
      inputs: { input, target: i64([0, 1]), weight: f32([1, 3]) },
      outputs: { loss: f32((1 + 12) / 4) },
    },
    {
      name: 'does not count ignored samples',
      inputs: { input, target: i64([-5, 1]) },
      attrs: { ignore_index: -5 },
      outputs: { loss: f32(4) },
    },
    {
      name: 'sums, ignored and weighted',
      inputs: { input, target: i64([1, 0]), weight: f32([2, 3]) },
      attrs: { ignore_index: 0, reduction: 'sum' },
      outputs: { loss: f32(6) },
    },
    {
      name: 'has no mean of nothing',
      inputs: { input, target: i64([7, 7]) },
      attrs: { ignore_index: 7 },
      outputs: { loss: f32(Number.NaN) },
    },
  ],
  symbolic: [
    { name: 'gives a scalar', inputs: { input: 'float32[N,C]', target: 'int64[N]' }, outputs: ['float32[]'] },
    {
      name: 'gives the shape of the samples',
      inputs: { input: 'float32[N,C,7]', target: 'int64[N,7]' },
      attrs: { reduction: 'none' },
      outputs: ['float32[N,7]'],
    },
  ],
  random: (g) => {
    const [n, d] = [g.int(1, 3), g.int(1, 3)]
    return {
      inputs: {
        input: g.tensor('float32', [n, 4, d]),
        target: flat(
          'int64',
          [n, d],
          Array.from({ length: n * d }, () => g.int(0, 3)),
        ),
        weight: g.oneOf([undefined, f32([0.5, 1, 2, 3])]),
      },
      attrs: { ignore_index: g.oneOf([undefined, 2, 9]), reduction: g.oneOf(['none', 'sum', 'mean']) },
    }
  },
  invalid: [
    {
      name: 'a label that is no class',
      inputs: { input, target: i64([0, 2]) },
      code: 'SLP-O4',
      message: 'labels must lie in [0, 2), got 2',
    },
    {
      name: 'labels of another shape',
      inputs: { input, target: i64([0, 1, 1]) },
      code: 'SLP-O2',
      message: 'size 0 of the labels must be 2, got 3',
    },
    {
      name: 'weights of another length',
      inputs: { input, target: i64([0, 1]), weight: f32([1]) },
      code: 'SLP-O2',
      message: 'the size of the weights must be 2, got 1',
    },
    {
      name: 'no classes',
      inputs: { input: f32([1]), target: i64([0]) },
      code: 'SLP-O2',
      message: 'rank 2 at least',
    },
  ],
})

const even = Math.log(2)

opTest(softmaxCrossEntropyLoss, {
  cases: [
    {
      name: 'takes the logarithm of softmax',
      inputs: {
        scores: f32([
          [1, 1],
          [1, 1],
        ]),
        labels: i64([0, 1]),
      },
      outputs: {
        output: f32(even),
        log_prob: f32([
          [-even, -even],
          [-even, -even],
        ]),
      },
    },
    {
      name: 'leaves log_prob out',
      inputs: { scores: f32([[1000, 0]]), labels: i32([1]) },
      attrs: { reduction: 'none' },
      outputs: { output: f32([1000]) },
    },
    {
      name: 'weighs classes and ignores labels, over further axes',
      inputs: {
        scores: f32([
          [
            [0, 5],
            [0, 5],
          ],
        ]),
        labels: i64([[1, -1]]),
        weights: f32([1, 3]),
      },
      attrs: { ignore_index: -1, reduction: 'sum' },
      outputs: { output: f32(3 * even) },
    },
  ],
  symbolic: [
    {
      name: 'knows both outputs',
      inputs: { scores: 'float16[N,C,7]', labels: 'int32[N,7]' },
      attrs: { reduction: 'none' },
      outputs: ['float16[N,7]', 'float16[N,C,7]'],
    },
  ],
  random: (g) => {
    const n = g.int(1, 4)
    return {
      inputs: {
        scores: g.tensor('float32', [n, 3]),
        labels: flat(
          'int64',
          [n],
          Array.from({ length: n }, () => g.int(0, 2)),
        ),
        weights: g.oneOf([undefined, f32([0.5, 1, 2])]),
      },
      attrs: { ignore_index: g.oneOf([undefined, 1]), reduction: g.oneOf(['none', 'sum', 'mean']) },
    }
  },
  invalid: [
    {
      name: 'an unknown reduction',
      inputs: { scores: f32([[1]]), labels: i64([0]) },
      attrs: { reduction: 'max' },
      code: 'SLP-O1',
      message: 'one of none, mean, sum',
    },
  ],
})
