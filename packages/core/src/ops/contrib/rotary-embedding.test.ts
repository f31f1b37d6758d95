import { f32, flat, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { rotaryEmbedding } from './rotary-embedding.ts'

opTest(rotaryEmbedding, {
  cases: [
    {
      name: 'takes the head size from the caches',
      inputs: {
        input: f32([
          [
            [0.04, 1.1, -0.39, 1.43],
            [-0.27, -0.67, 1.89, -0.4],
          ],
        ]),
        position_ids: i64([[2, 0]]),
        cos_cache: f32([[0.17], [-1.06], [-0.69]]),
        sin_cache: f32([[-0.33], [-0.98], [1.23]]),
      },
      outputs: {
        output: f32([
          [
            [-1.3806, -0.7098, -1.4898, -1.4664],
            [-0.267, -0.0248, 0.1893, -0.6917],
          ],
        ]),
      },
    },
    {
      name: 'counts from one position',
      inputs: {
        input: f32([
          [
            [0.04, 1.1, -0.39, 1.43],
            [-0.27, -0.67, 1.89, -0.4],
          ],
        ]),
        position_ids: i64([1]),
        cos_cache: f32([[0.17], [-1.06], [-0.69]]),
        sin_cache: f32([[-0.33], [-0.98], [1.23]]),
      },
      outputs: {
        output: f32([
          [
            [1.0356, -1.2052, 1.8148, -1.1336],
            [1.0104, 0.1302, -0.8121, 2.6007],
          ],
        ]),
      },
    },
    {
      name: 'rotates neighbours of a part',
      inputs: {
        input: flat('float32', [1, 1, 2, 4], [-0.72, -1.25, 1.12, 0.72, -2.32, -0.56, 1, -0.76]),
        position_ids: i64([[2, 0]]),
        cos_cache: f32([[0.17], [-1.06], [-0.69]]),
        sin_cache: f32([[-0.33], [-0.98], [1.23]]),
      },
      attrs: { interleaved: 1, rotary_embedding_dim: 2, num_heads: 1 },
      outputs: {
        output: flat('float32', [1, 1, 2, 4], [2.0343, -0.0231, 1.12, 0.72, -0.5792, 0.6704, 1, -0.76]),
      },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: {
        input: 'float32[N,S,64]',
        position_ids: 'int64[1]',
        cos_cache: 'float32[P,8]',
        sin_cache: 'float32[P,8]',
      },
      outputs: ['float32[N,S,64]'],
    },
  ],
  invalid: [
    {
      name: 'a part of unknown heads',
      inputs: {
        input: f32([[[1, 2]]]),
        position_ids: i64([0]),
        cos_cache: f32([[1]]),
        sin_cache: f32([[1]]),
      },
      attrs: { rotary_embedding_dim: 2 },
      code: 'SLP-O2',
      message: 'num_heads must be given',
    },
  ],
})
