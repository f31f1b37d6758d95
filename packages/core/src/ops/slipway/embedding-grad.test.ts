import { describe, it } from 'vitest'
import { elementCount } from '../../base/shape.ts'
import { checkRandomEmits } from '../../testing/check-emit.ts'
import { f32, flat, i32, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { embeddingGrad } from './embedding-grad.ts'

opTest(embeddingGrad, {
  cases: [
    {
      name: 'rows, some twice, in order',
      inputs: {
        indices: i64([2, 0, -1]),
        gradient: f32([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        rows: i64(3),
      },
      outputs: {
        output: f32([
          [3, 4],
          [0, 0],
          [6, 8],
        ]),
      },
    },
    {
      name: 'a matrix of indices of numbers',
      inputs: {
        indices: i32([
          [0, 1],
          [1, 1],
        ]),
        gradient: f32([
          [1, 2],
          [3, 4],
        ]),
        rows: i64(2),
      },
      outputs: { output: f32([1, 9]) },
    },
    {
      name: 'a row',
      inputs: { indices: i64(1), gradient: f32([1, 2]), rows: i64(2) },
      outputs: {
        output: f32([
          [0, 0],
          [1, 2],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'names',
      inputs: { indices: 'int64[N,T]', gradient: 'float32[N,T,D]', rows: 'int64[]{V}' },
      outputs: ['float32[V,D]'],
    },
  ],
  invalid: [
    {
      name: 'shapes that differ',
      inputs: { indices: i64([0, 1]), gradient: f32([[1, 2]]), rows: i64(2) },
      code: 'SLP-O2',
      message: /must begin with that of indices/,
    },
    {
      name: 'an index outside',
      inputs: { indices: i64([2]), gradient: f32([[1]]), rows: i64(2) },
      code: 'SLP-O4',
      message: /must lie in/,
    },
  ],
  everyDType: false,
})

describe('kernels that add up rows', () => {
  it('gives the sums of the reference kernel, in its order', () =>
    checkRandomEmits(embeddingGrad, (g) => {
      const size = g.int(1, 6)
      const own = Array.from({ length: g.int(0, 2) }, () => g.oneOf([0, 1, 2, 5, 13]))
      const row = Array.from({ length: g.int(0, 2) }, () => g.oneOf([0, 1, 3, 4, 5, 16, 31, 67]))
      const list = Array.from({ length: elementCount(own) }, () => g.int(-size, size - 1))
      const dtype = g.oneOf(['float32', 'float64'] as const)
      return {
        inputs: [
          flat(g.oneOf(['int32', 'int64']), own, list),
          g.tensor(dtype, [...own, ...row], { finite: false }),
          i64(size),
        ],
        constants: [2],
        threads: g.oneOf([1, 3]),
      }
    }))
})
