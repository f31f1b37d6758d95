import { describe, it } from 'vitest'
import type { Tensor } from '../../base/tensor.ts'
import { float } from '../../ir/builder.ts'
import { checkOnTargets, type EmitCase } from '../../testing/check-emit.ts'
import { generator } from '../../testing/gen.ts'
import { i32, i64 } from '../../testing/literals.ts'
import { groupQueryAttention } from '../contrib/group-query-attention.ts'
import { multiHeadAttention } from '../contrib/multi-head-attention.ts'
import { rotaryEmbedding as contribRotary } from '../contrib/rotary-embedding.ts'
import { randomStream } from '../random.ts'
import { rotaryEmbedding } from '../rotary-embedding.ts'

const g = generator(randomStream(1))
const random = (...shape: readonly number[]) => g.tensor('float32', shape)
const tolerance = { relative: 1e-4, absolute: 1e-5 }

describe('MultiHeadAttention', () => {
  const own = [random(2, 3, 10), random(2, 5, 10), random(2, 5, 14)]
  const check = (inputs: EmitCase['inputs'], attrs = {}, outputCount = 1, closeness = tolerance) =>
    checkOnTargets(multiHeadAttention, {
      inputs,
      attrs: { num_heads: 2, ...attrs },
      outputCount,
      tolerance: closeness,
    })

  it('takes packed projections, with and without bias', () => {
    check(own)
    check([...own, random(34)], { scale: float(0.4) }, 3)
  })

  it('takes keys and values with their heads apart', () => {
    check([random(2, 3, 10), random(2, 2, 5, 5), random(2, 2, 5, 5), random(30)])
  })

  it('appends to a past, causal or not', () => {
    const past = [random(2, 2, 4, 5), random(2, 2, 4, 7)]
    for (const unidirectional of [0, 1]) {
      check([...own, random(34), undefined, undefined, ...past], { unidirectional }, 3)
      check([...own, undefined, undefined, random(1, 2, 3, 9), ...past], { unidirectional }, 1)
    }
  })

  it.each([
    i32([2, 4]),
    i32([5, 3, 1, 0]),
    i32([
      [1, 1, 0, 1, 0],
      [0, 0, 0, 0, 0],
    ]),
    i32([0, 1].map((n) => [0, 1, 2].map((i) => [0, 1, 2, 3, 4].map((j) => (n + i + j) % 2)))),
  ])('takes a mask of $shape', (mask) => {
    // Where all keys are hidden, scores around the filter value have few digits left.
    check([...own, undefined, mask], {}, 1, { relative: 1e-3, absolute: 1e-3 })
    check([...own, undefined, mask, random(2, 1, 3, 5)], { mask_filter_value: float(-7) })
  })
})

describe('GroupQueryAttention', () => {
  const [heads, groups, size] = [4, 2, 6]
  const rows = (length: number, packed = false) =>
    packed
      ? [random(2, length, (heads + 2 * groups) * size), undefined, undefined]
      : [random(2, length, heads * size), random(2, length, groups * size), random(2, length, groups * size)]
  const past = (length: number) => [random(2, groups, length, size), random(2, groups, length, size)]
  const check = (inputs: readonly (Tensor | undefined)[], attrs = {}) =>
    checkOnTargets(groupQueryAttention, {
      inputs,
      attrs: { num_heads: heads, kv_num_heads: groups, ...attrs },
      outputCount: 3,
      tolerance,
    })

  it('fills a cache from a prompt', () => {
    check([...rows(3), undefined, undefined, i32([2, 1]), i32(3)])
    check([...rows(3, true), ...past(5), i32([2, 1]), i32(3)])
  })

  it('adds a token, turned by its position', () => {
    const lengths = [i32([4, 2]), i32(5)]
    const angles = [random(8, 3), random(8, 3)]
    for (const rotary_interleaved of [0, 1]) {
      const attrs = { do_rotary: 1, rotary_interleaved, local_window_size: 3, softcap: float(5) }
      check([...rows(1), ...past(6), ...lengths, ...angles], attrs)
      check([...rows(1, true), ...past(4), ...lengths, ...angles, i64([[3], [0]])], attrs)
    }
  })

  it('takes biases, sinks and no causality', () => {
    const lengths = [i32([4, 3]), i32(5), undefined, undefined, undefined]
    check([...rows(2), ...past(5), ...lengths, random(1, 1, 2, 5), random(heads)])
    check([...rows(2), ...past(5), ...lengths, random(2, 4, 2, 3)], { causal: 0, smooth_softmax: 1 })
  })
})

describe('RotaryEmbedding', () => {
  it.each([2, 6, 8, 14, 16])('turns heads of %i', (size) => {
    const half = size / 2
    for (const interleaved of [0, 1]) {
      const apart = random(2, 3, 4, size)
      checkOnTargets(rotaryEmbedding, {
        inputs: [apart, random(2, 4, half), random(2, 4, half)],
        attrs: { interleaved },
      })
      const ids = i64([
        [0, 3, 1, 4],
        [4, 4, 2, 0],
      ])
      const cache = [random(5, half), random(5, half)]
      const packed = random(2, 4, 3 * size)
      checkOnTargets(rotaryEmbedding, {
        inputs: [packed, ...cache, ids],
        attrs: { interleaved, num_heads: 3 },
      })
      checkOnTargets(contribRotary, { inputs: [packed, ids, ...cache], attrs: { interleaved } })
      checkOnTargets(contribRotary, { inputs: [packed, i64([1]), ...cache], attrs: { interleaved } })
    }
  })

  it('turns the beginning of heads', () => {
    const inputs = [random(1, 2, 3, 10), random(4, 2), random(4, 2), i64([[0, 1, 3]])]
    checkOnTargets(rotaryEmbedding, { inputs, attrs: { rotary_embedding_dim: 4 } })
  })
})
