import type { Gen } from '../testing/gen.ts'
import { bool, f16, f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { attention } from './attention.ts'

/** One head of size 1 in the shape [1, 1, length, 1]. */
const line = (...values: number[]) => flat('float32', [1, 1, values.length, 1], values)
const ones = (count: number) => line(...new Array<number>(count).fill(1))
const zero = { scale: { kind: 'float' as const, value: 0 } }
const float = (value: number) => ({ kind: 'float' as const, value })
/** Probabilities of `queries` rows, by mode 3. */
const rows = (list: number[][]) => flat('float32', [1, 1, list.length, list[0]!.length], list.flat())
const hidden = Number.NEGATIVE_INFINITY

/** A call with equal scores everywhere: the probabilities show which keys each query sees. */
const seen = (queries: number, keys: number, inputs: object, attrs: object, expected: number[][]) => ({
  inputs: {
    Q: ones(queries),
    K: ones(keys),
    V: line(...Array.from({ length: keys }, (_, j) => j)),
    ...inputs,
  },
  attrs: { ...zero, qk_matmul_output_mode: 3, ...attrs },
  outputs: {
    Y: line(...expected.map((row) => row.reduce((sum, p, j) => sum + p * j, 0))),
    present_key: undefined,
    present_value: undefined,
    qk_matmul_output: rows(expected),
  },
})

/** Scores 1, 2 of one query. */
const scored = (attrs: object, shown: number[], inputs: object = {}) => {
  const powers = [1, 2].map(
    (score, j) =>
      Math.exp('softcap' in attrs ? 2 * Math.tanh(score / 2) : score) *
      (j === 0 && 'attn_mask' in inputs ? Math.exp(3) : 1),
  )
  const share = powers[1]! / (powers[0]! + powers[1]!)
  return {
    inputs: { Q: line(1), K: line(1, 2), V: line(0, 1), ...inputs },
    attrs: { scale: float(1), ...attrs },
    outputs: {
      Y: line(share),
      present_key: undefined,
      present_value: undefined,
      qk_matmul_output: rows([shown]),
    },
  }
}
const capped = [2 * Math.tanh(0.5), 2 * Math.tanh(1)]

function random(g: Gen) {
  const [batch, kvHeads, group, size, valueSize] = [
    g.int(1, 2),
    g.int(1, 2),
    g.int(1, 2),
    g.int(1, 3),
    g.int(1, 3),
  ]
  const [queries, keys] = [g.int(1, 4), g.int(1, 4)]
  const packed = g.bool()
  const past = g.bool() ? g.int(0, 3) : undefined
  const total = keys + (past ?? 0)
  const heads = kvHeads * group
  const tensor = (count: number, length: number, width: number) =>
    g.tensor('float32', packed ? [batch, length, count * width] : [batch, count, length, width])
  const cache = (width: number) =>
    past === undefined ? undefined : g.tensor('float32', [batch, kvHeads, past, width])
  const maskShape = g.oneOf([
    [total],
    [queries, total],
    [queries, g.int(1, total)],
    [heads, 1, total],
    [batch, 1, queries, total],
  ])
  const external = past === undefined && g.bool()
  return {
    inputs: {
      Q: tensor(heads, queries, size),
      K: tensor(kvHeads, keys, size),
      V: tensor(kvHeads, keys, valueSize),
      attn_mask: g.bool() ? g.tensor(g.oneOf(['float32', 'bool']), maskShape) : undefined,
      past_key: cache(size),
      past_value: cache(valueSize),
      nonpad_kv_seqlen: external
        ? flat(
            'int64',
            [batch],
            Array.from({ length: batch }, () => g.int(0, keys)),
          )
        : undefined,
    },
    attrs: {
      ...(packed ? { q_num_heads: heads, kv_num_heads: kvHeads } : {}),
      is_causal: g.int(0, 1),
      left_window_size: g.int(-1, 2),
      right_window_size: g.int(-1, 2),
      softcap: float(g.oneOf([0, 2])),
      qk_matmul_output_mode: g.int(0, 3),
      ...(g.bool() ? { scale: 0.25 } : {}),
      ...(g.bool() ? { softmax_precision: 11 } : {}),
    },
  }
}

opTest(attention, {
  cases: [
    {
      name: 'weighs values by the softmax of the scaled scores',
      inputs: {
        Q: flat('float32', [1, 1, 1, 4], [2, 0, 0, 0]),
        K: flat('float32', [1, 1, 2, 4], [0, 0, 0, 0, 1, 0, 0, 0]),
        V: line(0, 1),
      },
      outputs: { Y: line(Math.E / (1 + Math.E)) },
    },
    { name: 'shows raw scores in mode 0', ...scored({ softcap: float(2) }, [1, 2]) },
    {
      name: 'shows capped scores in mode 1',
      ...scored({ softcap: float(2), qk_matmul_output_mode: 1 }, capped),
    },
    {
      name: 'shows biased scores in mode 2',
      ...scored({ qk_matmul_output_mode: 2 }, [4, 2], { attn_mask: f32([3, 0]) }),
    },
    {
      name: 'hides what a bool mask hides',
      ...seen(1, 3, { attn_mask: bool([[true, false, true]]) }, {}, [[0.5, 0, 0.5]]),
    },
    {
      name: 'hides what a short mask does not cover',
      ...seen(1, 3, { attn_mask: f32([[0]]) }, {}, [[1, 0, 0]]),
    },
    {
      name: 'gives zeros to a query that sees no key',
      ...seen(
        2,
        2,
        {
          attn_mask: f32([
            [hidden, hidden],
            [0, 0],
          ]),
        },
        {},
        [
          [0, 0],
          [0.5, 0.5],
        ],
      ),
    },
    {
      name: 'ignores NaN scores of a query that sees no key',
      inputs: { Q: line(Number.NaN), K: ones(1), V: ones(1), attn_mask: bool([[false]]) },
      outputs: { Y: line(0) },
    },
    {
      name: 'aligns causality at the first key without a cache',
      ...seen(2, 3, {}, { is_causal: 1 }, [
        [1, 0, 0],
        [0.5, 0.5, 0],
      ]),
    },
    {
      name: 'aligns causality behind the past',
      inputs: { Q: ones(2), K: ones(2), V: line(1, 2), past_key: line(1), past_value: line(0) },
      attrs: { ...zero, is_causal: 1, qk_matmul_output_mode: 3 },
      outputs: {
        Y: line(0.5, 1),
        present_key: ones(3),
        present_value: line(0, 1, 2),
        qk_matmul_output: rows([
          [0.5, 0.5, 0],
          [1 / 3, 1 / 3, 1 / 3],
        ]),
      },
    },
    {
      name: 'aligns causality at the last valid key of an outer cache',
      ...seen(2, 4, { nonpad_kv_seqlen: i64([3]) }, { is_causal: 1 }, [
        [0.5, 0.5, 0, 0],
        [1 / 3, 1 / 3, 1 / 3, 0],
      ]),
    },
    {
      name: 'leaves leading queries without keys where there are fewer keys than queries',
      ...seen(3, 2, { nonpad_kv_seqlen: i64([2]) }, { is_causal: 1 }, [
        [0, 0],
        [1, 0],
        [0.5, 0.5],
      ]),
    },
    {
      name: 'looks through a window',
      ...seen(3, 3, {}, { left_window_size: 1, right_window_size: 0 }, [
        [1, 0, 0],
        [0.5, 0.5, 0],
        [0, 0.5, 0.5],
      ]),
    },
    {
      name: 'shares key heads between query heads, packed',
      inputs: { Q: f32([[[1, 1, 1, 1]]]), K: f32([[[1, 1]]]), V: f32([[[5, 7]]]) },
      attrs: { q_num_heads: 4, kv_num_heads: 2 },
      outputs: { Y: f32([[[5, 5, 7, 7]]]) },
    },
    {
      name: 'takes values of another type',
      inputs: { Q: ones(1), K: ones(1), V: f16([[[[3]]]]) },
      outputs: { Y: line(3), present_key: ones(1), present_value: f16([[[[3]]]]) },
    },
  ],
  symbolic: [
    {
      name: 'adds the past to the keys',
      inputs: {
        Q: 'float32[B,8,S,64]',
        K: 'float32[B,2,S,64]',
        V: 'float32[B,2,S,32]',
        attn_mask: undefined,
        past_key: 'float32[B,2,P,64]',
        past_value: 'float32[B,2,P,32]',
      },
      outputs: ['float32[B,8,S,32]', 'float32[B,2,P+S,64]', 'float32[B,2,P+S,32]', 'float32[B,8,S,P+S]'],
    },
    {
      name: 'divides a named size by the heads',
      inputs: { Q: 'float32[B,S,D]', K: 'float32[B,T,D]', V: 'float32[B,T,12]' },
      attrs: { q_num_heads: 4, kv_num_heads: 4 },
      outputs: ['float32[B,S,12]', 'float32[B,4,T,floor((D)/(4))]'],
    },
    {
      name: 'keeps what Q tells where K has no rank',
      inputs: { Q: 'float32[B,8,S,64]', K: 'float32[*]', V: 'float32[*]' },
      outputs: ['float32[B,8,S,node.size]'],
    },
    {
      name: 'unpacks heads',
      inputs: { Q: 'float32[B,S,64]', K: 'float32[B,T,32]', V: 'float32[B,T,16]' },
      attrs: { q_num_heads: 4, kv_num_heads: 2 },
      outputs: ['float32[B,S,32]', 'float32[B,2,T,16]', 'float32[B,2,T,8]', 'float32[B,4,S,T]'],
    },
  ],
  random,
  invalid: [
    {
      name: 'packed heads without their number',
      inputs: { Q: f32([[[1]]]), K: f32([[[1]]]), V: f32([[[1]]]) },
      code: 'SLP-O2',
      message: 'Q of rank 3 needs its number of heads',
    },
    {
      name: 'half a past',
      inputs: { Q: ones(1), K: ones(1), V: ones(1), past_key: ones(1) },
      code: 'SLP-O2',
      message: 'past_key and past_value must be given together',
    },
    {
      name: 'query heads that key heads do not divide',
      inputs: {
        Q: flat('float32', [1, 3, 1, 1], [1, 1, 1]),
        K: flat('float32', [1, 2, 1, 1], [1, 1]),
        V: flat('float32', [1, 2, 1, 1], [1, 1]),
      },
      code: 'SLP-O2',
      message: 'multiple of the 2 heads of K, got 3',
    },
    {
      name: 'a mask that does not broadcast',
      inputs: {
        Q: ones(2),
        K: ones(2),
        V: ones(2),
        attn_mask: f32([
          [0, 0],
          [0, 0],
          [0, 0],
        ]),
      },
      code: 'SLP-O2',
      message: 'size 0 of attn_mask must be 1 or 2, got 3',
    },
    {
      name: 'more valid keys than keys',
      inputs: { Q: ones(1), K: ones(1), V: ones(1), nonpad_kv_seqlen: i64([2]) },
      code: 'SLP-O4',
      message: 'nonpad_kv_seqlen must lie in [0, 1], got [2]',
    },
    {
      name: 'a window of -2',
      inputs: { Q: ones(1), K: ones(1), V: ones(1) },
      attrs: { left_window_size: -2 },
      code: 'SLP-O2',
      message: 'window sizes must be -1 or more, got -2',
    },
  ],
})
