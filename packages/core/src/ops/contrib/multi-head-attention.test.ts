import { f32, flat, i32 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { multiHeadAttention } from './multi-head-attention.ts'

opTest(multiHeadAttention, {
  cases: [
    {
      name: 'attends with two heads',
      inputs: {
        query: f32([
          [
            [1.9, 0.9, -2.4, 1.1],
            [-0.5, 0.3, 0.4, 0.3],
          ],
        ]),
        key: f32([
          [
            [-1.7, 1.3, -0.9, -0.9],
            [0.3, 0.7, -0.5, -1.6],
            [0.5, -0.3, 0.9, 1.3],
          ],
        ]),
        value: f32([
          [
            [-1.2, -1.2, -0.1, -0.8],
            [1.7, 0.2, 0.2, 0.3],
            [1.5, 0.5, 0.9, -0.6],
          ],
        ]),
      },
      attrs: { num_heads: 2 },
      outputs: {
        output: f32([
          [
            [1.46133, 0.237978, 0.124544, -0.558312],
            [0.0163612, -0.539127, 0.537186, -0.455207],
          ],
        ]),
      },
    },
    {
      name: 'adds the bias of the projections, and masks keys',
      inputs: {
        query: f32([
          [
            [1.9, 0.9, -2.4, 1.1],
            [-0.5, 0.3, 0.4, 0.3],
          ],
        ]),
        key: f32([
          [
            [-1.7, 1.3, -0.9, -0.9],
            [0.3, 0.7, -0.5, -1.6],
            [0.5, -0.3, 0.9, 1.3],
          ],
        ]),
        value: f32([
          [
            [-1.2, -1.2, -0.1, -0.8],
            [1.7, 0.2, 0.2, 0.3],
            [1.5, 0.5, 0.9, -0.6],
          ],
        ]),
        bias: f32([0.8, -0.3, -0.5, -0.5, 1.2, -0.3, 0.5, 0.2, 0.6, -0.5, -1.3, -0.3]),
        key_padding_mask: i32([[1, 0, 1]]),
      },
      attrs: { num_heads: 2, scale: 0.5 },
      outputs: {
        output: f32([
          [
            [1.89328, -0.130156, -1.27545, -1.07509],
            [0.97075, -0.711009, -0.976885, -1.01538],
          ],
        ]),
      },
    },
    {
      name: 'takes lengths, a bias of scores and a past',
      inputs: {
        query: f32([
          [
            [1.9, 0.9, -2.4, 1.1],
            [-0.5, 0.3, 0.4, 0.3],
          ],
        ]),
        key: f32([
          [
            [-1.7, 1.3, -0.9, -0.9],
            [0.3, 0.7, -0.5, -1.6],
            [0.5, -0.3, 0.9, 1.3],
          ],
        ]),
        value: f32([
          [
            [-1.2, -1.2, -0.1, -0.8],
            [1.7, 0.2, 0.2, 0.3],
            [1.5, 0.5, 0.9, -0.6],
          ],
        ]),
        key_padding_mask: i32([3]),
        attention_bias: flat('float32', [1, 1, 2, 4], [0.1, -0.8, 0, 0.7, -2, 1.5, 1, 0.3]),
        past_key: flat('float32', [1, 2, 1, 2], [1.2, -2, 0.2, 0.4]),
        past_value: flat('float32', [1, 2, 1, 2], [0.5, 0.5, 1.9, 0.8]),
      },
      attrs: { num_heads: 2, mask_filter_value: -3.5 },
      outputs: {
        output: f32([
          [
            [1.1658, 0.285177, 0.749021, 0.0773501],
            [-0.586002, -0.89894, 0.0853386, -0.357831],
          ],
        ]),
        present_key: flat(
          'float32',
          [1, 2, 4, 2],
          [1.2, -2, -1.7, 1.3, 0.3, 0.7, 0.5, -0.3, 0.2, 0.4, -0.9, -0.9, -0.5, -1.6, 0.9, 1.3],
        ),
        present_value: flat(
          'float32',
          [1, 2, 4, 2],
          [0.5, 0.5, -1.2, -1.2, 1.7, 0.2, 1.5, 0.5, 1.9, 0.8, -0.1, -0.8, 0.2, 0.3, 0.9, -0.6],
        ),
      },
    },
    {
      name: 'takes keys with their heads apart',
      inputs: {
        query: f32([
          [
            [-0.6, -1.4, -0.9, -0.3],
            [0.3, 0, 0.3, -0.5],
          ],
        ]),
        key: flat(
          'float32',
          [1, 2, 3, 2],
          [-0.4, 0.4, -0.2, -0.6, -0.4, 0.5, -0.5, -0.3, 1.8, -0.1, 0.2, 1.1],
        ),
        value: flat(
          'float32',
          [1, 2, 3, 2],
          [1.8, 0.7, -1.3, 2.4, -0.9, -1.2, -0.8, 1.5, 0, -1.9, 1.9, -1.6],
        ),
      },
      attrs: { num_heads: 2 },
      outputs: {
        output: f32([
          [
            [-0.509145, 1.26688, 0.0614283, 0.186806],
            [-0.149947, 0.658492, 0.168573, -0.779907],
          ],
        ]),
      },
    },
    {
      name: 'looks back only',
      inputs: {
        query: f32([
          [
            [1.9, -2.5, -0.1, 0],
            [-0.6, -0.1, 1.1, 0.2],
          ],
        ]),
        key: f32([
          [
            [0.7, 0.1, 0.2, -0.6],
            [-0.1, 0.9, 1.1, -1.2],
          ],
        ]),
        value: f32([
          [
            [-0.6, 0.2, -0.1, -0.8],
            [-2, 0.3, -0.7, 2.1],
          ],
        ]),
      },
      attrs: { num_heads: 2, unidirectional: 1 },
      outputs: {
        output: f32([
          [
            [-0.6, 0.2, -0.1, -0.8],
            [-1.39834, 0.257024, -0.489473, 1.08245],
          ],
        ]),
      },
    },
  ],
  everyDType: false, // qk has a type of its own in name only
  symbolic: [
    {
      name: 'adds the past to the present',
      inputs: {
        query: 'float16[N,S,64]',
        key: 'float16[N,L,64]',
        value: 'float16[N,L,32]',
        past_key: 'float16[N,4,P,16]',
        past_value: 'float16[N,4,P,8]',
      },
      attrs: { num_heads: 4 },
      outputs: ['float16[N,S,32]', 'float16[N,4,L+P,16]', 'float16[N,4,L+P,8]', 'float16[N,4,S,L+P]'],
    },
  ],
  invalid: [
    {
      name: 'packed projections',
      inputs: { query: f32([[[1, 2]]]) },
      attrs: { num_heads: 1 },
      code: 'SLP-O2',
      message: 'key and value must be given',
    },
    {
      name: 'a past without values',
      inputs: {
        query: f32([[[1, 2]]]),
        key: f32([[[1, 2]]]),
        value: f32([[[1, 2]]]),
        past_key: f32([[[[1, 2]]]]),
      },
      attrs: { num_heads: 1 },
      code: 'SLP-O2',
      message: 'past_key and past_value must be given together',
    },
  ],
})
