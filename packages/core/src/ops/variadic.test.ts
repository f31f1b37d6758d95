import { bool, f32, f64, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { max } from './max.ts'
import { mean } from './mean.ts'
import { min } from './min.ts'
import { sum } from './sum.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

/** Operator, results of [1,4] with [[3],[2]] and [2,2], and of [inf,-inf] with [nan,inf]. */
for (const [op, onNumbers, onEdges] of [
  [
    max,
    [
      [3, 4],
      [2, 4],
    ],
    [nan, inf],
  ],
  [
    min,
    [
      [1, 2],
      [1, 2],
    ],
    [nan, -inf],
  ],
  [
    sum,
    [
      [6, 9],
      [5, 8],
    ],
    [nan, nan],
  ],
  [
    mean,
    [
      [2, 3],
      [5 / 3, 8 / 3],
    ],
    [nan, nan],
  ],
] as const) {
  const output = Object.keys(op.outputs)[0]!
  opTest(op, {
    cases: [
      {
        name: 'takes three inputs with broadcasting',
        inputs: { data_0: [f32([1, 4]), f32([[3], [2]]), f32([2, 2])] },
        outputs: { [output]: f32(onNumbers) },
      },
      { name: 'takes one input', inputs: { data_0: [f32([1, -2])] }, outputs: { [output]: f32([1, -2]) } },
      {
        name: 'passes NaN on',
        inputs: { data_0: [f64([inf, -inf]), f64([nan, inf])] },
        outputs: { [output]: f64(onEdges) },
      },
    ],
    symbolic: [
      { name: 'broadcasts', inputs: { data_0: ['float16[N,1]', 'float16[3]'] }, outputs: ['float16[N,3]'] },
    ],
    random: (g) => ({
      inputs: { data_0: [g.tensor('float32', [2, 3], { finite: false }), g.tensor('float32', [3])] },
    }),
    invalid: [
      { name: 'no input', inputs: { data_0: [] }, code: 'SLP-O5', message: 'data_0 needs at least 1' },
      { name: 'bool', inputs: { data_0: [bool([true])] }, code: 'SLP-O2', message: 'data_0 must be one of' },
      {
        name: 'two types',
        inputs: { data_0: [f32([1]), f64([1])] },
        code: 'SLP-O2',
        message: 'data_0 must have the type float32',
      },
    ],
  })
}

opTest(max, {
  cases: [
    {
      name: 'takes large int64',
      inputs: { data_0: [i64([2n ** 60n]), i64([2n ** 60n + 1n])] },
      outputs: { max: i64([2n ** 60n + 1n]) },
    },
  ],
  symbolic: [
    {
      name: 'tracks',
      inputs: { data_0: ['int64[3]{N,1,4}', 'int64[3]{1,N+1,6}'] },
      outputs: ['int64[3]{N,N+1,6}'],
    },
    {
      name: 'gives up on unrelated names',
      inputs: { data_0: ['int64[1]{N}', 'int64[1]{M}'] },
      outputs: ['int64[1]{?}'],
    },
  ],
})

opTest(min, {
  cases: [
    {
      name: 'takes large int64',
      inputs: { data_0: [i64([2n ** 60n]), i64([2n ** 60n + 1n])] },
      outputs: { min: i64([2n ** 60n]) },
    },
    { name: 'takes unsigned', inputs: { data_0: [u8([200]), u8([100])] }, outputs: { min: u8([100]) } },
  ],
  symbolic: [
    {
      name: 'tracks',
      inputs: { data_0: ['int64[3]{N,1,4}', 'int64[3]{1,N+1,6}'] },
      outputs: ['int64[3]{1,1,4}'],
    },
  ],
})
