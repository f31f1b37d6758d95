import { f32, flat, i32, i64, str, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { cumProd } from './cum-prod.ts'
import { cumSum } from './cum-sum.ts'

const x = f32([
  [1, 2, 3],
  [2, 1, 2],
])

/** Operator; runs over [1,2,3]: plain, exclusive, reverse, both; over the first axis of x. */
for (const [op, plain, exclusive, reverse, both, first] of [
  [
    cumSum,
    [1, 3, 6],
    [0, 1, 3],
    [6, 5, 3],
    [5, 3, 0],
    [
      [1, 2, 3],
      [3, 3, 5],
    ],
  ],
  [
    cumProd,
    [1, 2, 6],
    [1, 1, 2],
    [6, 6, 3],
    [6, 3, 1],
    [
      [1, 2, 3],
      [2, 2, 6],
    ],
  ],
] as const) {
  const run = f32([1, 2, 3])
  opTest(op, {
    cases: [
      { name: 'runs forward', inputs: { x: run, axis: i32(0) }, outputs: { y: f32(plain) } },
      {
        name: 'leaves the own element out',
        inputs: { x: run, axis: i32(0) },
        attrs: { exclusive: 1 },
        outputs: { y: f32(exclusive) },
      },
      {
        name: 'runs backward',
        inputs: { x: run, axis: i32(0) },
        attrs: { reverse: 1 },
        outputs: { y: f32(reverse) },
      },
      {
        name: 'runs backward without the own element',
        inputs: { x: run, axis: i64([0]) },
        attrs: { exclusive: 1, reverse: 1 },
        outputs: { y: f32(both) },
      },
      { name: 'runs down a column', inputs: { x, axis: i64(-2) }, outputs: { y: f32(first) } },
      {
        name: 'runs along the middle axis',
        inputs: { x: flat('int64', [1, 2, 3], [1, 2, 3, 2, 1, 2]), axis: i64(1) },
        outputs: { y: flat('int64', [1, 2, 3], first.flat()) },
      },
      {
        name: 'takes no elements',
        inputs: { x: flat('float32', [0, 3], []), axis: i64(0) },
        outputs: { y: flat('float32', [0, 3], []) },
      },
    ],
    symbolic: [
      { name: 'keeps the shape', inputs: { x: 'float32[N,3]', axis: 'int64[]' }, outputs: ['float32[N,3]'] },
    ],
    random: (g) => ({
      inputs: { x: g.tensor('float32', [2, 3, 2]), axis: i64(g.int(-3, 2)) },
      attrs: { exclusive: g.int(0, 1) },
    }),
    invalid: [
      {
        name: 'an axis out of range',
        inputs: { x, axis: i64(2) },
        code: 'SLP-O2',
        message: 'it must lie in [-2, 1], got 2',
      },
      {
        name: 'two axes',
        inputs: { x, axis: i64([0, 1]) },
        code: 'SLP-O2',
        message: 'axis must be a scalar',
      },
      {
        name: 'a scalar',
        inputs: { x: f32(1), axis: i64(0) },
        code: 'SLP-O2',
        message: 'x must have an axis',
      },
      { name: 'text', inputs: { x: str(['a']), axis: i64(0) }, code: 'SLP-O2', message: 'x must be one of' },
    ],
  })
}

opTest(cumProd, {
  cases: [
    {
      name: 'wraps 32-bit integers exactly',
      inputs: { x: i32([2147483647, 2147483647, 5]), axis: i64(0) },
      outputs: { y: i32([2147483647, 1, 5]) },
    },
    {
      name: 'wraps 64-bit integers',
      inputs: { x: i64([2n ** 62n, 4, 5]), axis: i64(0) },
      outputs: { y: i64([2n ** 62n, 0, 0]) },
    },
    {
      name: 'takes uint64',
      inputs: { x: flat('uint64', [2], [2n ** 63n, 3]), axis: i64(0) },
      outputs: { y: flat('uint64', [2], [2n ** 63n, 2n ** 63n]) },
    },
  ],
})

opTest(cumSum, {
  cases: [
    {
      name: 'wraps 32-bit integers',
      inputs: { x: i32([2147483647, 1]), axis: i64(0) },
      outputs: { y: i32([2147483647, -2147483648]) },
    },
    {
      name: 'wraps uint32',
      inputs: { x: flat('uint32', [2], [4294967295, 2]), axis: i64(0) },
      outputs: { y: flat('uint32', [2], [4294967295, 1]) },
    },
    {
      name: 'wraps uint64',
      inputs: { x: flat('uint64', [2], [2n ** 64n - 1n, 2]), axis: i64(0) },
      outputs: { y: flat('uint64', [2], [2n ** 64n - 1n, 1]) },
    },
  ],
  invalid: [
    { name: 'bytes', inputs: { x: u8([1]), axis: i64(0) }, code: 'SLP-O2', message: 'x must be one of' },
  ],
})
