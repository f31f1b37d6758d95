import { f32, i32 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { embedLayerNormalization } from './embed-layer-normalization.ts'
import { simplifiedLayerNormalization } from './simplified-layer-normalization.ts'
import { skipLayerNormalization } from './skip-layer-normalization.ts'
import { skipSimplifiedLayerNormalization } from './skip-simplified-layer-normalization.ts'

opTest(skipLayerNormalization, {
  cases: [
    {
      name: 'adds, then normalizes',
      inputs: {
        input: f32([
          [
            [-0.51, 1.84, 0.54, 0.17],
            [-0.57, 0.28, 0, 1.9],
          ],
        ]),
        skip: f32([
          [
            [0.94, -1.56, 1.53, -2.37],
            [1.54, -1.89, 0, 0.81],
          ],
        ]),
        gamma: f32([-0.01, -1.1, 1.23, -1.78]),
        beta: f32([-1.16, 2.19, -0.96, 2.23]),
        bias: f32([-0.13, 0.23, -0.17, 0.96]),
      },
      attrs: { epsilon: 1e-5 },
      outputs: {
        output: f32([
          [
            [-1.15939, 2.0492, 0.733182, 4.80021],
            [-1.16054, 3.4402, -1.56006, -0.566005],
          ],
        ]),
        input_skip_bias_sum: f32([
          [
            [0.3, 0.51, 1.9, -1.24],
            [0.84, -1.38, -0.17, 3.67],
          ],
        ]),
      },
    },
    {
      name: 'broadcasts skip',
      inputs: {
        input: f32([
          [
            [0.21, 1.19, 0.93, 0.32],
            [0.92, -0.54, -0.76, -1],
          ],
        ]),
        skip: f32([
          [-1.46, 1.38, -0.86, 0.25],
          [0.81, -0.11, 0.28, 0.12],
        ]),
        gamma: f32([0.99, 0.93, -1.34, 0.43]),
      },
      outputs: {
        output: f32([
          [
            [-1.25493, 1.40923, 0.410006, 0.0250608],
            [1.69895, -0.514263, 0.523797, -0.332068],
          ],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { input: 'float16[N,S,8]', skip: 'float16[S,8]', gamma: 'float16[8]' },
      outputs: ['float16[N,S,8]', 'float32[N,S,1]', 'float32[N,S,1]', 'float16[N,S,8]'],
    },
  ],
  invalid: [
    {
      name: 'a gamma of another length',
      inputs: { input: f32([[[1, 2]]]), skip: f32([[[1, 2]]]), gamma: f32([1]) },
      code: 'SLP-O2',
      message: 'size 0 of gamma must be 2, got 1',
    },
  ],
})

opTest(skipSimplifiedLayerNormalization, {
  cases: [
    {
      name: 'adds, then divides by the root',
      inputs: {
        input: f32([
          [
            [0.7, -0.51, -0.35, 0.53],
            [-0.99, -0.07, 0.6, 0.92],
          ],
        ]),
        skip: f32([
          [
            [-0.3, 0.37, 1.36, 0.31],
            [-1.72, 0.21, 0.25, -0.42],
          ],
        ]),
        gamma: f32([0.04, -1.48, 1.25, 0.42]),
        bias: f32([-0.74, 0.23, 1.24, 1.83]),
      },
      attrs: { epsilon: 1e-5 },
      outputs: {
        output: f32([
          [
            [-0.00775085, -0.0759127, 1.60289, 0.639103],
            [-0.0590634, -0.23437, 1.11814, 0.418836],
          ],
        ]),
        input_skip_bias_sum: f32([
          [
            [-0.34, 0.09, 2.25, 2.67],
            [-3.45, 0.37, 2.09, 2.33],
          ],
        ]),
      },
    },
    {
      name: 'broadcasts skip',
      inputs: {
        input: f32([
          [
            [-0.29, 0.57, -0.36, 1.19],
            [-0.95, 0.56, -2.09, 0.71],
          ],
        ]),
        skip: f32([
          [-0.54, 0.24, 0.13, -0.86],
          [-2.67, -2.85, 2.02, -1.12],
        ]),
        gamma: f32([-0.95, 0.16, -0.25, 0.48]),
      },
      outputs: {
        output: f32([
          [
            [1.28471, 0.211158, 0.093685, 0.258082],
            [1.59817, -0.170274, 0.0081326, -0.091457],
          ],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { input: 'float16[N,S,8]', skip: 'float16[S,8]', gamma: 'float16[8]' },
      outputs: ['float16[N,S,8]', 'float32[N,S,1]', 'float32[N,S,1]', 'float16[N,S,8]'],
    },
  ],
  invalid: [
    {
      name: 'a gamma of another length',
      inputs: { input: f32([[[1, 2]]]), skip: f32([[[1, 2]]]), gamma: f32([1]) },
      code: 'SLP-O2',
      message: 'size 0 of gamma must be 2, got 1',
    },
  ],
})

opTest(simplifiedLayerNormalization, {
  cases: [
    {
      name: 'divides by the root',
      inputs: {
        X: f32([
          [-0.33, 0.4, -0.48, -0.96],
          [1.07, 0.57, 0.51, 0.96],
        ]),
        scale: f32([-1.06, 0.91, -1.06, 0.38]),
      },
      outputs: {
        Y: f32([
          [0.586897, 0.610722, 0.853668, -0.612064],
          [-1.39306, 0.637085, -0.663983, 0.448059],
        ]),
      },
    },
    {
      name: 'takes an axis, and tells the root',
      inputs: {
        X: f32([
          [
            [-0.18, 0.27],
            [0.7, 0.02],
          ],
          [
            [-0.92, 0.93],
            [1.18, 0.69],
          ],
        ]),
        scale: f32([
          [1.04, -1.76],
          [0.07, -0.11],
        ]),
      },
      attrs: { axis: 1, epsilon: 0.01 },
      outputs: {
        Y: f32([
          [
            [-0.46958, -1.19201],
            [0.122914, -0.00551857],
          ],
          [
            [-1.00579, -1.72061],
            [0.0868296, -0.0797865],
          ],
        ]),
        inv_std_var: f32([[[2.50844]], [[1.05121]]]),
      },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { X: 'float32[N,S,8]', scale: 'float16[8]' },
      outputs: ['float16[N,S,8]', 'float32[N,S,1]'],
    },
  ],
})

opTest(embedLayerNormalization, {
  cases: [
    {
      name: 'adds three embeddings',
      inputs: {
        input_ids: i32([[0, 2, 1]]),
        segment_ids: i32([[0, 1, 1]]),
        word_embedding: f32([
          [-1.95, 0.11],
          [0, -1.51],
          [-0.84, 0.09],
        ]),
        position_embedding: f32([
          [0.6, 0.71],
          [-1.11, -1.08],
          [-0.51, -0.05],
          [-0.58, -0.19],
        ]),
        segment_embedding: f32([
          [0.71, 0.68],
          [0.14, -1.14],
        ]),
        gamma: f32([-0.49, 0.56]),
        beta: f32([0.87, 1.06]),
        mask: i32([[1, 1, 0]]),
      },
      attrs: { epsilon: 0.01 },
      outputs: {
        output: f32([
          [
            [1.35787, 1.61757],
            [0.454481, 0.585121],
            [0.381795, 0.502052],
          ],
        ]),
        mask_index: i32([2]),
        embedding_sum: f32([
          [
            [-0.64, 1.5],
            [-1.81, -2.13],
            [-0.37, -2.7],
          ],
        ]),
      },
    },
    {
      name: 'takes positions',
      inputs: {
        input_ids: i32([[0, 2, 1]]),
        word_embedding: f32([
          [-1.06, -0.46],
          [-1.21, -2.94],
          [-1.09, -1.77],
        ]),
        position_embedding: f32([
          [1.39, 0.47],
          [-0.64, 0.07],
          [0.42, 1.75],
          [0.78, 1.53],
        ]),
        gamma: f32([0.49, 1.31]),
        beta: f32([1.45, 0.94]),
        position_ids: i32([[3, 1, 0]]),
      },
      attrs: { epsilon: 0.01 },
      outputs: {
        output: f32([
          [
            [0.96529, 2.23586],
            [1.37731, 1.13433],
            [1.93861, -0.366285],
          ],
        ]),
        mask_index: i32([0]),
      },
    },
  ],
  symbolic: [
    {
      name: 'adds the hidden axis',
      inputs: {
        input_ids: 'int32[N,S]',
        word_embedding: 'float32[V,8]',
        position_embedding: 'float32[P,8]',
        gamma: 'float32[8]',
        beta: 'float32[8]',
      },
      outputs: ['float32[N,S,8]', 'int32[N]'],
    },
  ],
  invalid: [
    {
      name: 'segments without their embedding',
      inputs: {
        input_ids: i32([[0]]),
        segment_ids: i32([[0]]),
        word_embedding: f32([[1]]),
        position_embedding: f32([[1]]),
        gamma: f32([1]),
        beta: f32([1]),
      },
      code: 'SLP-O2',
      message: 'must be given together',
    },
  ],
})
