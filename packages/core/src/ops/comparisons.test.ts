import { bool, f32, flat, i64, str, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { and } from './and.ts'
import type { AnyOp } from './define.ts'
import { equal } from './equal.ts'
import { greater } from './greater.ts'
import { greaterOrEqual } from './greater-or-equal.ts'
import { less } from './less.ts'
import { lessOrEqual } from './less-or-equal.ts'
import { or } from './or.ts'
import { xor } from './xor.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const wide = 2n ** 53n

/** Operator; its result on 1,2,3 against 2; on NaN, infinity and -0 against NaN, infinity and 0; on 2^53+1 against 2^53. */
const comparisons: readonly (readonly [AnyOp, readonly boolean[], readonly boolean[], boolean])[] = [
  [equal, [false, true, false], [false, true, true], false],
  [less, [true, false, false], [false, false, false], false],
  [lessOrEqual, [true, true, false], [false, true, true], false],
  [greater, [false, false, true], [false, false, false], true],
  [greaterOrEqual, [false, true, true], [false, true, true], true],
]

/** Elements of N and N+3 against 1 and N, where that can be told for all N ≥ 1. */
const tracked: ReadonlyMap<AnyOp, string> = new Map([
  [equal, '{0,1}'],
  [less, '{1,0}'],
  [lessOrEqual, '{1,1}'],
  [greater, '{0,0}'],
  [greaterOrEqual, '{0,1}'],
])

for (const [op, onNumbers, onEdges, onWide] of comparisons) {
  opTest(op, {
    cases: [
      {
        name: 'compares with broadcasting',
        inputs: { A: f32([[1], [2], [3]]), B: f32([2]) },
        outputs: { C: flat('bool', [3, 1], onNumbers) },
      },
      {
        name: 'follows IEEE 754 on NaN, infinity and negative zero',
        inputs: { A: f32([nan, inf, -0]), B: f32([nan, inf, 0]) },
        outputs: { C: bool(onEdges) },
      },
      {
        name: 'tells large 64-bit integers apart',
        inputs: { A: i64([wide + 1n]), B: i64([wide]) },
        outputs: { C: bool([onWide]) },
      },
      { name: 'takes no elements', inputs: { A: f32([]), B: f32([1]) }, outputs: { C: bool([]) } },
    ],
    symbolic: [
      {
        name: 'tracks',
        inputs: { A: 'int64[2]{N,N}', B: 'int64[2]{N+3,N}' },
        outputs: [`bool[2]${tracked.get(op)!}`],
      },
      {
        name: 'gives up on unrelated names',
        inputs: { A: 'int64[1]{N}', B: 'int64[1]{M}' },
        outputs: ['bool[1]{?}'],
      },
    ],
    random: (g) => {
      const shape = g.shape()
      return { inputs: { A: g.tensor('int32', shape), B: g.tensor('int32', shape.slice(1)) } }
    },
    invalid: [
      {
        name: 'two types',
        inputs: { A: f32([1]), B: u8([1]) },
        code: 'SLP-O2',
        message: 'B must have the type',
      },
      {
        name: 'shapes that do not broadcast',
        inputs: { A: f32([1, 2]), B: f32([1, 2, 3]) },
        code: 'SLP-O2',
        message: 'the shapes must broadcast',
      },
    ],
  })
}

opTest(equal, {
  cases: [
    {
      name: 'compares bool',
      inputs: { A: bool([true, false]), B: bool([true]) },
      outputs: { C: bool([true, false]) },
    },
    {
      name: 'compares text',
      inputs: { A: str(['a', 'b']), B: str(['a']) },
      outputs: { C: bool([true, false]) },
    },
  ],
  symbolic: [
    {
      name: 'tells a size from a negative placeholder',
      inputs: { A: 'int64[3]{N,-1,2*M+1}', B: i64([-1]) },
      outputs: ['bool[3]{0,1,0}'],
    },
  ],
})

const logic: readonly (readonly [AnyOp, readonly number[]])[] = [
  [and, [1, 0, 0, 0]],
  [or, [1, 1, 1, 0]],
  [xor, [0, 1, 1, 0]],
]

for (const [op, table] of logic) {
  opTest(op, {
    cases: [
      {
        name: 'follows its truth table with broadcasting',
        inputs: { A: bool([[true], [false]]), B: bool([true, false]) },
        outputs: { C: flat('bool', [2, 2], table) },
      },
    ],
    symbolic: [
      {
        name: 'tracks',
        inputs: { A: 'bool[4]{1,1,0,0}', B: 'bool[4]{1,0,1,0}' },
        outputs: [`bool[4]{${table}}`],
      },
    ],
    random: (g) => ({ inputs: { A: g.tensor('bool', [2, 3]), B: g.tensor('bool', [3]) } }),
    invalid: [
      {
        name: 'integers',
        inputs: { A: u8([1]), B: u8([1]) },
        code: 'SLP-O2',
        message: 'A must be one of bool',
      },
    ],
  })
}
