import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { rotaryEmbedding } from './rotary-embedding.ts'

/** Quarter turns: cos 0, sin 1. */
const turn = (half: number) => ({
  cos_cache: flat('float32', [1, 1, half], new Array<number>(half).fill(0)),
  sin_cache: flat('float32', [1, 1, half], new Array<number>(half).fill(1)),
})
const head = flat('float32', [1, 1, 1, 4], [1, 2, 3, 4])

opTest(rotaryEmbedding, {
  cases: [
    {
      name: 'turns halves',
      inputs: { X: head, ...turn(2) },
      outputs: { Y: flat('float32', [1, 1, 1, 4], [-3, -4, 1, 2]) },
    },
    {
      name: 'turns neighbours',
      inputs: { X: head, ...turn(2) },
      attrs: { interleaved: 1 },
      outputs: { Y: flat('float32', [1, 1, 1, 4], [-2, 1, -4, 3]) },
    },
    {
      name: 'turns the beginning of each packed head',
      inputs: { X: f32([[[1, 2, 3, 4, 5, 6]]]), ...turn(1) },
      attrs: { num_heads: 2, rotary_embedding_dim: 2 },
      outputs: { Y: f32([[[-2, 1, 3, -5, 4, 6]]]) },
    },
    {
      name: 'looks angles up by position',
      inputs: {
        X: f32([
          [
            [1, 2],
            [1, 2],
          ],
        ]),
        cos_cache: f32([[1], [0]]),
        sin_cache: f32([[0], [1]]),
        position_ids: i64([[1, 0]]),
      },
      attrs: { num_heads: 1 },
      outputs: {
        Y: f32([
          [
            [-2, 1],
            [1, 2],
          ],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: {
        X: 'float32[B,8,S,64]',
        cos_cache: 'float32[M,32]',
        sin_cache: 'float32[M,32]',
        position_ids: 'int64[B,S]',
      },
      outputs: ['float32[B,8,S,64]'],
    },
  ],
  random: (g) => {
    const [batch, heads, length, half] = [g.int(1, 2), g.int(1, 2), g.int(1, 3), g.int(1, 2)]
    const size = 2 * half + g.oneOf([0, 2])
    const packed = g.bool()
    const byPosition = g.bool()
    const cache = () => g.tensor('float32', byPosition ? [5, half] : [batch, length, half])
    return {
      inputs: {
        X: g.tensor('float32', packed ? [batch, length, heads * size] : [batch, heads, length, size]),
        cos_cache: cache(),
        sin_cache: cache(),
        position_ids: byPosition
          ? flat(
              'int64',
              [batch, length],
              Array.from({ length: batch * length }, () => g.int(0, 4)),
            )
          : undefined,
      },
      attrs: {
        interleaved: g.int(0, 1),
        ...(packed ? { num_heads: heads } : {}),
        ...(size === 2 * half ? {} : { rotary_embedding_dim: 2 * half }),
      },
    }
  },
  invalid: [
    {
      name: 'a cache of another size',
      inputs: { X: head, ...turn(1) },
      code: 'SLP-O2',
      message: 'size 2 of cos_cache must be 2, got 1',
    },
    {
      name: 'a position without an angle',
      inputs: { X: head, cos_cache: f32([[1, 1]]), sin_cache: f32([[0, 0]]), position_ids: i64([[1]]) },
      code: 'SLP-O4',
      message: 'position_ids must lie in [0, 0], got 1',
    },
    {
      name: 'packed heads without their number',
      inputs: { X: f32([[[1, 2]]]), ...turn(1) },
      code: 'SLP-O2',
      message: 'X of rank 3 needs its number of heads',
    },
  ],
})
