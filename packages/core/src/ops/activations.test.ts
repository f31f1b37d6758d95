import type { AttributesInit } from '../ir/builder.ts'
import { float } from '../ir/builder.ts'
import { f64, i8, i32, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { celu } from './celu.ts'
import type { AnyOp } from './define.ts'
import { elu } from './elu.ts'
import { gelu } from './gelu.ts'
import { hardSigmoid } from './hard-sigmoid.ts'
import { hardSwish } from './hard-swish.ts'
import { leakyRelu } from './leaky-relu.ts'
import { mish } from './mish.ts'
import { relu } from './relu.ts'
import { selu } from './selu.ts'
import { shrink } from './shrink.ts'
import { softplus } from './softplus.ts'
import { softsign } from './softsign.ts'
import { swish } from './swish.ts'
import { thresholdedRelu } from './thresholded-relu.ts'

const inf = Number.POSITIVE_INFINITY
const { NaN: nan } = Number

interface Row {
  readonly op: AnyOp
  readonly given: readonly number[]
  readonly expected: readonly number[]
  readonly attrs?: AttributesInit
  /** What the default attributes give for the same inputs. */
  readonly byDefault?: readonly number[]
}

/** Results to double precision. */
const table: readonly Row[] = [
  { op: celu, given: [-1, 3, nan], attrs: { alpha: float(2) }, expected: [-0.7869386805747332, 3, nan] },
  { op: elu, given: [-1, 3, nan], attrs: { alpha: float(2) }, expected: [-1.2642411176571153, 3, nan] },
  {
    op: gelu,
    given: [1, -2, 3, -8],
    attrs: { approximate: 'none' },
    expected: [0.8413447460685429, -0.04550026389635842, 2.99595030590511, -4.976768459417427e-15],
    byDefault: [0.8413447460685429, -0.04550026389635842, 2.99595030590511, -4.976768459417427e-15],
  },
  {
    op: hardSigmoid,
    given: [-4, 0.5, 4, nan],
    attrs: { alpha: float(0.5), beta: float(0.25) },
    expected: [0, 0.5, 1, nan],
    byDefault: [0, 0.6, 1, nan],
  },
  { op: hardSwish, given: [-4, 1.5, 4, nan], expected: [0, 1.125, 4, nan] },
  { op: leakyRelu, given: [-4, 3, nan], attrs: { alpha: float(0.5) }, expected: [-2, 3, nan] },
  { op: mish, given: [1, -2, 30], expected: [0.8650983882673103, -0.2525014826957089, 30] },
  { op: relu, given: [-1.5, 0, 2, nan, inf], expected: [0, 0, 2, nan, inf] },
  { op: selu, given: [-1, 2, nan], expected: [-1.1113307412864784, 2.1014020442962646, nan] },
  {
    op: shrink,
    given: [-3, -1, 0.5, 3, nan],
    attrs: { lambd: float(1), bias: float(0.5) },
    expected: [-2.5, 0, 0, 2.5, 0],
    byDefault: [-3, -1, 0, 3, 0],
  },
  { op: softplus, given: [1, -3, 1000, nan], expected: [1.3132616875182228, 0.04858735157374206, 1000, nan] },
  { op: softsign, given: [1, -3, 0, nan], expected: [0.5, -0.75, 0, nan] },
  {
    op: swish,
    given: [1, -3, nan],
    attrs: { alpha: float(2) },
    expected: [0.8807970779778824, -0.007417869469904323, nan],
    byDefault: [0.7310585786300049, -0.14227761953270035, nan],
  },
  {
    op: thresholdedRelu,
    given: [0.5, 1.5, 2.5, nan],
    attrs: { alpha: float(2) },
    expected: [0, 0, 2.5, 0],
    byDefault: [0, 1.5, 2.5, 0],
  },
]

for (const { op, given, expected, attrs = {}, byDefault } of table) {
  const [input, output] = [Object.keys(op.inputs)[0]!, Object.keys(op.outputs)[0]!]
  const tolerance = { relative: 4e-15, absolute: 1e-15 }
  const inputs = { [input]: f64(given) }
  opTest(op, {
    cases: [
      { name: 'gives double precision', inputs, attrs, outputs: { [output]: f64(expected) }, tolerance },
      ...(byDefault
        ? [{ name: 'has defaults', inputs, outputs: { [output]: f64(byDefault) }, tolerance }]
        : []),
    ],
    symbolic: [
      { name: 'keeps the shape', inputs: { [input]: 'float16[N,3]' }, outputs: ['float16[N,3]'] },
      { name: 'keeps an unknown rank', inputs: { [input]: 'float32[*]' }, outputs: ['float32[*]'] },
    ],
    random: (g) => ({ inputs: { [input]: g.tensor('float32', g.shape(), { finite: false }) }, attrs }),
    invalid: [
      {
        name: 'text',
        inputs: { [input]: { ...u8([1]), dtype: 'bool' } },
        code: 'SLP-O2',
        message: `${input} must be one of`,
      },
    ],
  })
}

opTest(gelu, {
  cases: [
    {
      name: 'approximates by tanh',
      inputs: { X: f64([1, -2, 3]) },
      attrs: { approximate: 'tanh' },
      outputs: { Y: f64([0.8411919906082767, -0.04540230591222498, 2.996362607918227]) },
      tolerance: { relative: 4e-15, absolute: 1e-15 },
    },
  ],
  random: (g) => ({ inputs: { X: g.tensor('float32', g.shape()) }, attrs: { approximate: 'tanh' } }),
  invalid: [
    {
      name: 'an unknown approximation',
      inputs: { X: f64([1]) },
      attrs: { approximate: 'fast' },
      code: 'SLP-O1',
      message: 'attribute approximate: it must be one of none, tanh',
    },
  ],
})

opTest(relu, {
  cases: [
    { name: 'takes int8', inputs: { X: i8([-3, 4]) }, outputs: { Y: i8([0, 4]) } },
    { name: 'takes int64', inputs: { X: i64([-(2n ** 60n), 4]) }, outputs: { Y: i64([0, 4]) } },
  ],
})

const bent = { lambd: float(1.5), bias: float(1.5) }

opTest(shrink, {
  cases: [
    {
      name: 'cuts integers',
      inputs: { input: i32([-2, 1, 3]) },
      attrs: bent,
      outputs: { output: i32([0, 0, 1]) },
    },
    {
      name: 'keeps the digits of int64',
      inputs: { input: i64([2n ** 60n + 1n, -4, 1]) },
      attrs: { lambd: float(1), bias: float(2) },
      outputs: { output: i64([2n ** 60n - 1n, -2, 0]) },
    },
    { name: 'takes unsigned', inputs: { input: u8([0, 9]) }, attrs: bent, outputs: { output: u8([0, 7]) } },
  ],
})
