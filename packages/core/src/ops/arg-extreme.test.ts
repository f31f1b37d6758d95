import { f32, flat, i64, of } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { argMax } from './arg-max.ts'
import { argMin } from './arg-min.ts'

const nan = Number.NaN

for (const { op, sign } of [
  { op: argMax, sign: 1 },
  { op: argMin, sign: -1 },
]) {
  const signed = (list: readonly number[]) => list.map((x) => sign * x)
  opTest(op, {
    cases: [
      {
        name: 'takes the first of equals on axis 0',
        inputs: {
          data: f32([
            [1, 1],
            [1, 1],
          ]),
        },
        outputs: { reduced: i64([[0, 0]]) },
      },
      {
        name: 'drops a negative axis',
        inputs: { data: f32([signed([1, 3, 2]), signed([4, 0, 4])]) },
        attrs: { axis: -1, keepdims: 0 },
        outputs: { reduced: i64([1, 0]) },
      },
      {
        name: 'takes the last of equals where told',
        inputs: { data: f32([signed([1, 3, 3])]) },
        attrs: { axis: 1, select_last_index: 1 },
        outputs: { reduced: i64([[2]]) },
      },
      {
        name: 'takes the first NaN',
        inputs: { data: f32([5, nan, 9, nan]) },
        outputs: { reduced: i64([1]) },
      },
      {
        name: 'compares 64-bit integers in full',
        inputs: { data: of('int64', [BigInt(sign) * 2n ** 60n, BigInt(sign) * (2n ** 60n + 1n)]) },
        outputs: { reduced: i64([1]) },
      },
      {
        name: 'keeps an empty other axis',
        inputs: { data: flat('float32', [2, 0], []) },
        outputs: { reduced: flat('int64', [1, 0], []) },
      },
    ],
    symbolic: [
      {
        name: 'keeps the axis as 1',
        inputs: { data: 'float32[N,3]' },
        attrs: { axis: 1 },
        outputs: ['int64[N,1]'],
      },
      { name: 'keeps an unknown rank', inputs: { data: 'float32[*]' }, outputs: ['int64[*]'] },
    ],
    random: (g) => ({
      inputs: { data: g.tensor('float32', g.shape({ rank: [2, 4], empty: false }), { finite: false }) },
      attrs: { axis: g.int(-2, 1), keepdims: g.int(0, 1), select_last_index: g.int(0, 1) },
    }),
    invalid: [
      {
        name: 'an axis outside the rank',
        inputs: { data: f32([1]) },
        attrs: { axis: 1 },
        code: 'SLP-O2',
        message: 'must lie in [-1, 0], got 1',
      },
      {
        name: 'an empty axis',
        inputs: { data: flat('float32', [0, 2], []) },
        code: 'SLP-O2',
        message: 'the axis must have elements, got 0',
      },
    ],
  })
}
