import { bool, f32, flat, i32, i64, of, u8 } from '../testing/literals.ts'
import { type OpCase, opTest, type SymbolicCase } from '../testing/op-test.ts'
import { reduceL1 } from './reduce-l1.ts'
import { reduceL2 } from './reduce-l2.ts'
import { reduceLogSum } from './reduce-log-sum.ts'
import { reduceLogSumExp } from './reduce-log-sum-exp.ts'
import { reduceMax } from './reduce-max.ts'
import { reduceMean } from './reduce-mean.ts'
import { reduceMin } from './reduce-min.ts'
import { reduceProd } from './reduce-prod.ts'
import { reduceSum } from './reduce-sum.ts'
import { reduceSumSquare } from './reduce-sum-square.ts'

const inf = Number.POSITIVE_INFINITY
const nan = Number.NaN

/** Results for [3, 4], for nothing, and for 4 alone (noop_with_empty_axes). */
const table = [
  { op: reduceL1, pair: 7, empty: 0, alone: 4 },
  { op: reduceL2, pair: 5, empty: 0, alone: 4 },
  { op: reduceLogSum, pair: Math.log(7), empty: -inf, alone: Math.log(4) },
  { op: reduceLogSumExp, pair: Math.log(Math.exp(3) + Math.exp(4)), empty: -inf, alone: 4 },
  { op: reduceMax, pair: 4, empty: -inf, alone: 4 },
  { op: reduceMin, pair: 3, empty: inf, alone: 4 },
  { op: reduceMean, pair: 3.5, empty: nan, alone: 4 },
  { op: reduceProd, pair: 12, empty: 1, alone: 4 },
  { op: reduceSum, pair: 7, empty: 0, alone: 4 },
  { op: reduceSumSquare, pair: 25, empty: 0, alone: 16 },
]

/** What only one of them does. */
const own: Partial<Record<string, readonly OpCase[]>> = {
  ReduceMax: [
    {
      name: 'takes true over false',
      inputs: {
        data: bool([
          [true, false],
          [false, false],
        ]),
        axes: i64([1]),
      },
      outputs: { reduced: bool([[true], [false]]) },
    },
    { name: 'gives the least uint8 for nothing', inputs: { data: u8([]) }, outputs: { reduced: u8([0]) } },
    {
      name: 'gives the least int64 for nothing',
      inputs: { data: i64([]) },
      outputs: { reduced: i64([-(2n ** 63n)]) },
    },
    { name: 'takes NaN', inputs: { data: f32([1, nan, 2]) }, outputs: { reduced: f32([nan]) } },
  ],
  ReduceMin: [
    { name: 'gives true for nothing', inputs: { data: bool([]) }, outputs: { reduced: bool([true]) } },
    {
      name: 'gives the greatest int32 for nothing',
      inputs: { data: i32([]) },
      outputs: { reduced: i32([2 ** 31 - 1]) },
    },
  ],
  ReduceMean: [
    { name: 'truncates integers', inputs: { data: i32([-3, -4]) }, outputs: { reduced: i32([-3]) } },
    { name: 'gives 0 for no integers', inputs: { data: i64([]) }, outputs: { reduced: i64([0]) } },
  ],
  ReduceProd: [
    {
      name: 'wraps integers',
      inputs: { data: i32([2 ** 30, 2 ** 30, 3]) },
      outputs: { reduced: i32([0]) },
    },
    {
      name: 'wraps unsigned integers',
      inputs: { data: of('uint32', [2 ** 32 - 1, 2 ** 32 - 1]) },
      outputs: { reduced: of('uint32', [1]) },
    },
  ],
  ReduceL2: [
    {
      name: 'takes the exact root of integers',
      inputs: { data: i64([-(2n ** 31n)]) },
      outputs: { reduced: i64([2n ** 31n]) },
    },
  ],
  ReduceLogSumExp: [
    {
      name: 'does not overflow, and keeps infinities',
      inputs: {
        data: f32([
          [1000, 1000],
          [-inf, -inf],
          [inf, 0],
        ]),
        axes: i64([1]),
      },
      attrs: { keepdims: 0 },
      outputs: { reduced: f32([1000 + Math.log(2), -inf, inf]) },
    },
  ],
}

/** Tracked elements [N, 2]. */
const tracked: Partial<Record<string, string>> = {
  ReduceSum: 'int64[]{N+2}',
  ReduceProd: 'int64[]{2*N}',
  ReduceMax: 'int64[]{?}',
  ReduceMin: 'int64[]{?}',
}

const symbolic: readonly SymbolicCase[] = [
  {
    name: 'keeps reduced axes as 1',
    inputs: { data: 'float32[N,3,M]', axes: i64([0, -1]) },
    outputs: ['float32[1,3,1]'],
  },
  {
    name: 'drops reduced axes',
    inputs: { data: 'float32[N,3,M]', axes: i64([1]) },
    attrs: { keepdims: 0 },
    outputs: ['float32[N,M]'],
  },
  {
    name: 'leaves a scalar without axes',
    inputs: { data: 'float32[N,3]' },
    attrs: { keepdims: 0 },
    outputs: ['float32[]'],
  },
  {
    name: 'knows the rank of unknown axes',
    inputs: { data: 'float32[N,3]', axes: 'int64[1]' },
    attrs: { keepdims: 0 },
    outputs: ['float32[node.kept]'],
  },
  {
    name: 'does not know the rank for any number of axes',
    inputs: { data: 'float32[N,3]', axes: 'int64[A]' },
    attrs: { keepdims: 0 },
    outputs: ['float32[*]'],
  },
  {
    name: 'reduces nothing with empty axes where told',
    inputs: { data: 'float32[N,3]', axes: 'int64[0]' },
    attrs: { noop_with_empty_axes: 1 },
    outputs: ['float32[N,3]'],
  },
]

for (const { op, pair, empty, alone } of table) {
  const elements = tracked[op.name]
  opTest(op, {
    cases: [
      {
        name: 'reduces a negative axis and keeps it',
        inputs: { data: f32([[3, 4]]), axes: i64([-1]) },
        outputs: { reduced: f32([[pair]]) },
      },
      {
        name: 'reduces an outer axis and drops it',
        inputs: {
          data: f32([
            [3, 4],
            [4, 3],
          ]),
          axes: i64([0]),
        },
        attrs: { keepdims: 0 },
        outputs: { reduced: f32([pair, pair]) },
      },
      {
        name: 'reduces all axes without axes',
        inputs: { data: f32([[3], [4]]) },
        attrs: { keepdims: 0 },
        outputs: { reduced: f32(pair) },
      },
      {
        name: 'takes each element by itself with noop_with_empty_axes',
        inputs: { data: f32([[4, 4]]), axes: flat('int64', [0], []) },
        attrs: { noop_with_empty_axes: 1 },
        outputs: { reduced: f32([[alone, alone]]) },
      },
      {
        name: 'reduces a scalar',
        inputs: { data: f32(4) },
        outputs: { reduced: f32(alone) },
      },
      {
        name: 'reduces an empty axis',
        inputs: { data: flat('float32', [2, 0], []), axes: i64([1]) },
        outputs: { reduced: f32([[empty], [empty]]) },
      },
      ...(own[op.name] ?? []),
    ],
    symbolic: [
      ...symbolic,
      ...(elements
        ? [
            {
              name: 'joins tracked elements',
              inputs: { data: 'int64[2]{N,2}' },
              attrs: { keepdims: 0 },
              outputs: [elements],
            },
          ]
        : []),
    ],
    random: (g) => ({
      inputs: {
        data: g.tensor('float32', g.shape({ rank: [2, 4], empty: false })),
        axes: g.oneOf([i64([0]), i64([1, 0]), i64([-1]), undefined]),
      },
      attrs: { keepdims: g.int(0, 1), noop_with_empty_axes: g.int(0, 1) },
    }),
    invalid: [
      {
        name: 'an axis outside the rank',
        inputs: { data: f32([1]), axes: i64([1]) },
        code: 'SLP-O2',
        message: 'must lie in [-1, 0], got 1',
      },
      {
        name: 'an axis twice',
        inputs: { data: f32([[1]]), axes: i64([1, -1]) },
        code: 'SLP-O2',
        message: 'axes must not repeat, got [1,-1]',
      },
    ],
  })
}
