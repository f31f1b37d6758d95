import { f32, f64, i32, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { pow } from './pow.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

opTest(pow, {
  cases: [
    {
      name: 'raises with broadcasting',
      inputs: { X: f32([[1], [2]]), Y: f32([2, 3]) },
      outputs: {
        Z: f32([
          [1, 1],
          [4, 8],
        ]),
      },
    },
    {
      name: 'mixes floats and integers',
      inputs: { X: f64([2.5]), Y: i64([2]) },
      outputs: { Z: f64([6.25]) },
    },
    {
      name: 'mixes integers and floats',
      inputs: { X: i32([2, 16]), Y: f32([3.5, 0.5]) },
      outputs: { Z: i32([11, 4]) },
    },
    {
      name: 'mixes integer widths',
      inputs: { X: i64([3, -2]), Y: u8([39, 3]) },
      outputs: { Z: i64([3n ** 39n, -8]) },
    },
    {
      name: 'wraps 32-bit integers exactly',
      inputs: { X: i32([3]), Y: i32([39]) },
      outputs: { Z: i32([Number(BigInt.asIntN(32, 3n ** 39n))]) },
    },
    {
      name: 'cuts negative powers of integers',
      inputs: { X: i64([2, 1, -1, -1]), Y: i64([-1, -5, -2, -3]) },
      outputs: { Z: i64([0, 1, 1, -1]) },
    },
    {
      name: 'takes huge exponents',
      inputs: { X: i64([2, 3]), Y: i64([2n ** 62n]) },
      outputs: { Z: i64([0, 1]) },
    },
    {
      name: 'follows IEEE 754 at one',
      inputs: { X: f64([1, -1, nan, 0, 1]), Y: f64([nan, -inf, 0, -1, inf]) },
      outputs: { Z: f64([1, 1, 1, inf, 1]) },
    },
  ],
  symbolic: [{ name: 'broadcasts', inputs: { X: 'float16[N,1]', Y: 'int64[3]' }, outputs: ['float16[N,3]'] }],
  random: (g) => ({
    inputs: { X: g.tensor('float32', [2, 3], { finite: false }), Y: g.tensor('int64', [3]) },
  }),
  invalid: [
    {
      name: 'a negative power of zero',
      inputs: { X: i64([0]), Y: i64([-1]) },
      code: 'SLP-O4',
      message: 'got "0 ^ -1"',
    },
    {
      name: 'a root of a negative integer',
      inputs: { X: i32([-4]), Y: f32([0.5]) },
      code: 'SLP-O4',
      message: 'finite and real, got "-4 ^ 0.5"',
    },
    {
      name: 'NaN over an integer',
      inputs: { X: i32([4]), Y: f32([nan]) },
      code: 'SLP-O4',
      message: 'got "4 ^ NaN"',
    },
    {
      name: 'an unsigned base',
      inputs: { X: u8([4]), Y: u8([1]) },
      code: 'SLP-O2',
      message: 'X must be one of',
    },
  ],
})
