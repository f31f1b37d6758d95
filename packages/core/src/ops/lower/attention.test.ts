import { describe, expect, it } from 'vitest'
import { float } from '../../ir/builder.ts'
import { portableTarget } from '../../kernel/target.ts'
import { checkOnTargets, type EmitCase } from '../../testing/check-emit.ts'
import { generator } from '../../testing/gen.ts'
import { bool, f32, i64 } from '../../testing/literals.ts'
import { runEmit } from '../../testing/run-calls.ts'
import { attention } from '../attention.ts'
import { randomStream } from '../random.ts'

const g = generator(randomStream(1))
const random = (...shape: readonly number[]) => g.tensor('float32', shape)
const check = (inputs: EmitCase['inputs'], attrs: EmitCase['attrs'] = {}, rest: Partial<EmitCase> = {}) =>
  checkOnTargets(attention, { inputs, attrs, tolerance: { relative: 1e-4, absolute: 1e-5 }, ...rest })

describe('Attention', () => {
  it.each([
    [1, 1, 1, 1, 1],
    [1, 1, 1, 4, 4],
    [2, 3, 5, 7, 5],
    [1, 2, 33, 65, 16],
    [1, 2, 4, 130, 19],
    [1, 1, 35, 3, 64],
  ])('takes %i sequences of %i heads, %i queries and %i keys of %i', (batch, heads, queries, keys, size) => {
    const values = random(batch, heads, keys, size + 3)
    check([random(batch, heads, queries, size), random(batch, heads, keys, size), values], {}, { threads: 2 })
    const packed = [queries, keys, keys].map((length) => random(batch, length, heads * size))
    check(packed, { q_num_heads: heads, kv_num_heads: heads })
    check(packed, { q_num_heads: heads, kv_num_heads: heads, is_causal: 1 })
  })

  it('shares heads of keys and values', () => {
    check([random(2, 6, 3, 8), random(2, 2, 5, 8), random(2, 2, 5, 4)], { scale: 0.3 })
  })

  it('appends to a past', () => {
    const past = [random(2, 2, 6, 5), random(2, 2, 6, 7)]
    for (const is_causal of [0, 1]) {
      const own = [random(2, 2, 3, 5), random(2, 2, 3, 5), random(2, 2, 3, 7), undefined]
      check([...own, ...past], { is_causal }, { outputCount: 3 })
      check([...own, ...past], { is_causal }, { outputCount: 1 })
    }
    check(
      [random(2, 3, 10), random(2, 3, 10), random(2, 3, 14), undefined, ...past],
      { q_num_heads: 2, kv_num_heads: 2 },
      { outputCount: 3 },
    )
  })

  it('gives the keys and values back', () => {
    check(
      [random(1, 3, 4), random(1, 5, 4), random(1, 5, 6)],
      { q_num_heads: 2, kv_num_heads: 2 },
      { outputCount: 3 },
    )
  })

  it.each([[[7]], [[5, 7]], [[3, 1, 7]], [[2, 1, 5, 7]], [[2, 3, 5, 4]]])('adds a mask of %j', (shape) => {
    const own = [random(2, 3, 5, 4), random(2, 3, 7, 4), random(2, 3, 7, 4)]
    check([...own, g.tensor('float32', shape)])
    check([...own, g.tensor('bool', shape)], { is_causal: 1 })
  })

  it('gives zeros where a query sees nothing', () => {
    const own = [random(1, 1, 3, 4), random(1, 1, 2, 4), random(1, 1, 2, 4)]
    check([
      ...own,
      bool([
        [true, false],
        [false, false],
        [false, true],
      ]),
    ])
    check([
      ...own,
      f32([
        [0, -1],
        [-Infinity, -Infinity],
        [-Infinity, 2],
      ]),
    ])
  })

  it('keeps to windows', () => {
    const own = [random(1, 2, 90, 4), random(1, 2, 90, 4), random(1, 2, 90, 4)]
    for (const [left, right] of [
      [3, 2],
      [0, 0],
      [70, -1],
      [-1, 5],
    ] as const)
      for (const is_causal of [0, 1])
        check(own, { left_window_size: left, right_window_size: right, is_causal })
  })

  it('caps scores', () => {
    check([random(1, 2, 5, 4), random(1, 2, 7, 4), random(1, 2, 7, 4)], { softcap: float(2) })
  })

  it('reads caches as far as they are filled', () => {
    const own = [random(3, 1, 2, 4), random(3, 1, 9, 4), random(3, 1, 9, 4)]
    for (const is_causal of [0, 1])
      check([...own, undefined, undefined, undefined, i64([9, 2, 0])], { is_causal })
    check([...own, random(2, 6), undefined, undefined, i64([9, 5, 3])], { is_causal: 1 })
  })

  it('passes NaN and infinity on', () => {
    const inputs = [random(1, 1, 3, 4), random(1, 1, 6, 4), random(1, 1, 6, 4)]
    check([
      f32([
        [
          [
            [Number.NaN, 1, 1, 1],
            [1, 2, 3, 4],
          ],
        ],
      ]),
      ...inputs.slice(1),
    ])
    check([
      ...inputs.slice(0, 2),
      f32([[Array.from({ length: 6 }, () => [Number.NaN, 1, Number.POSITIVE_INFINITY, 3])]]),
    ])
  })

  it('keeps its scores to itself', () => {
    const inputs = [random(1, 1, 2, 4), random(1, 1, 2, 4), random(1, 1, 2, 4)]
    expect(() => runEmit(attention, inputs, {}, { target: portableTarget, outputCount: 4 })).toThrow('scores')
  })
})
