import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { batchNormalization } from './batch-normalization.ts'
import { instanceNormalization } from './instance-normalization.ts'
import { lpNormalization } from './lp-normalization.ts'
import { lrn } from './lrn.ts'

const x = f32([
  [
    [1, 3],
    [0, 4],
  ],
  [
    [5, 7],
    [8, 12],
  ],
])

opTest(batchNormalization, {
  cases: [
    {
      name: 'uses the given statistics',
      inputs: { X: x, scale: f32([1, 2]), B: f32([0, 1]), input_mean: f32([1, 0]), input_var: f32([4, 1]) },
      attrs: { epsilon: { kind: 'float', value: 0 } },
      outputs: {
        Y: f32([
          [
            [0, 1],
            [1, 9],
          ],
          [
            [2, 3],
            [17, 25],
          ],
        ]),
      },
    },
    {
      name: 'uses and blends its own statistics in training mode',
      inputs: { X: x, scale: f32([1, 1]), B: f32([0, 0]), input_mean: f32([0, 2]), input_var: f32([1, 4]) },
      attrs: { training_mode: 1, momentum: 0.5, epsilon: { kind: 'float', value: 0 } },
      outputs: {
        Y: f32([
          [
            [-1.3416, -0.4472],
            [-1.3416, -0.4472],
          ],
          [
            [0.4472, 1.3416],
            [0.4472, 1.3416],
          ],
        ]),
        running_mean: f32([2, 4]),
        running_var: f32([3, 12]),
      },
      tolerance: { relative: 1e-3, absolute: 1e-4 },
    },
    {
      name: 'takes a vector as one channel',
      inputs: { X: f32([1, 3]), scale: f32([1]), B: f32([1]), input_mean: f32([1]), input_var: f32([4]) },
      attrs: { epsilon: { kind: 'float', value: 0 } },
      outputs: { Y: f32([1, 2]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: {
        X: 'float32[N,C,H]',
        scale: 'float32[C]',
        B: 'float32[C]',
        input_mean: 'float32[C]',
        input_var: 'float32[C]',
      },
      attrs: { training_mode: 1 },
      outputs: ['float32[N,C,H]', 'float32[C]', 'float32[C]'],
    },
  ],
  invalid: [
    {
      name: 'a scale of another size',
      inputs: { X: x, scale: f32([1]), B: f32([0, 0]), input_mean: f32([0, 0]), input_var: f32([0, 0]) },
      code: 'SLP-O2',
      message: 'size 0 of scale must be 2, got 1',
    },
  ],
})

opTest(instanceNormalization, {
  cases: [
    {
      name: 'standardises each channel of each instance',
      inputs: { input: x, scale: f32([1, 2]), B: f32([0, 1]) },
      attrs: { epsilon: { kind: 'float', value: 0 } },
      outputs: {
        output: f32([
          [
            [-1, 1],
            [-1, 3],
          ],
          [
            [-1, 1],
            [-1, 3],
          ],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { input: 'float32[N,2,H,W]', scale: 'float32[2]', B: 'float32[2]' },
      outputs: ['float32[N,2,H,W]'],
    },
  ],
  random: (g) => {
    const shape = g.shape({ rank: [2, 4] })
    const vector = () => g.tensor('float32', [shape[1]!])
    return { inputs: { input: g.tensor('float32', shape), scale: vector(), B: vector() } }
  },
  invalid: [
    {
      name: 'a bias of another size',
      inputs: { input: x, scale: f32([1, 1]), B: f32([1]) },
      code: 'SLP-O2',
      message: 'size 0 of B must be 2, got 1',
    },
  ],
})

opTest(lpNormalization, {
  cases: [
    {
      name: 'divides by the Euclidean norm, and leaves zeros',
      inputs: {
        input: f32([
          [3, -4],
          [0, 0],
        ]),
      },
      outputs: {
        output: f32([
          [0.6, -0.8],
          [0, 0],
        ]),
      },
    },
    {
      name: 'divides by the sum of magnitudes along another axis',
      inputs: { input: f32([[3], [-1]]) },
      attrs: { p: 1, axis: 0 },
      outputs: { output: f32([[0.75], [-0.25]]) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { input: 'float32[N,3]' }, outputs: ['float32[N,3]'] }],
  random: (g) => ({
    inputs: { input: g.tensor('float32', g.shape({ rank: [1, 3] }), { finite: false }) },
    attrs: { p: g.int(1, 2) },
  }),
  invalid: [
    {
      name: 'p = 3',
      inputs: { input: x },
      attrs: { p: 3 },
      code: 'SLP-O2',
      message: 'p must be 1 or 2, got 3',
    },
    { name: 'axis 3', inputs: { input: x }, attrs: { axis: 3 }, code: 'SLP-O2', message: '[-3, 2], got 3' },
  ],
})

const attrs = { alpha: { kind: 'float' as const, value: 2 }, beta: { kind: 'float' as const, value: 1 } }
opTest(lrn, {
  cases: [
    {
      name: 'reaches one channel further up for an even size',
      inputs: { X: flat('float32', [1, 3, 1], [1, 2, 3]) },
      attrs: { ...attrs, size: 2 },
      outputs: { Y: flat('float32', [1, 3, 1], [1 / 6, 2 / 14, 3 / 10]) },
    },
    {
      name: 'reaches both ways for an odd size',
      inputs: { X: flat('float32', [1, 3, 1], [1, 2, 3]) },
      attrs: { ...attrs, size: 3 },
      outputs: { Y: flat('float32', [1, 3, 1], [3 / 13, 6 / 31, 9 / 29]) },
    },
  ],
  symbolic: [
    { name: 'keeps the shape', inputs: { X: 'float32[N,3]' }, attrs: { size: 1 }, outputs: ['float32[N,3]'] },
  ],
  random: (g) => ({
    inputs: { X: g.tensor('float32', g.shape({ rank: [2, 4] })) },
    attrs: { size: g.int(1, 5) },
  }),
  invalid: [{ name: 'no size', inputs: { X: x }, code: 'SLP-O1', message: 'attribute size: it is required' }],
})
