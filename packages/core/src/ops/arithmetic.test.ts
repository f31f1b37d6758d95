import { bool, f32, f64, flat, i8, i32, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import type { AnyOp } from './define.ts'
import { div } from './div.ts'
import { mod } from './mod.ts'
import { mul } from './mul.ts'
import { sub } from './sub.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const least = -(2n ** 63n)

const refusals = {
  invalid: [
    {
      name: 'shapes that do not broadcast',
      inputs: { A: f32([1, 2]), B: f32([1, 2, 3]) },
      code: 'SLP-O2' as const,
      message: 'the shapes must broadcast',
    },
    {
      name: 'bool',
      inputs: { A: bool([true]), B: bool([true]) },
      code: 'SLP-O2' as const,
      message: 'A must be one of',
    },
  ],
}

opTest(sub, {
  ...refusals,
  cases: [
    {
      name: 'subtracts with broadcasting',
      inputs: { A: f32([[5], [3]]), B: f32([1, 2]) },
      outputs: {
        C: f32([
          [4, 3],
          [2, 1],
        ]),
      },
    },
    { name: 'wraps', inputs: { A: u8([1]), B: u8([2]) }, outputs: { C: u8([255]) } },
    {
      name: 'wraps 64-bit integers',
      inputs: { A: i64([least]), B: i64([1]) },
      outputs: { C: i64([-least - 1n]) },
    },
  ],
  symbolic: [
    { name: 'tracks', inputs: { A: 'int64[2]{N,5}', B: 'int64[]{2}' }, outputs: ['int64[2]{N-2,3}'] },
  ],
})

opTest(mul, {
  ...refusals,
  cases: [
    {
      name: 'multiplies with broadcasting',
      inputs: { A: f32([[5], [3]]), B: f32([1, 2]) },
      outputs: {
        C: f32([
          [5, 10],
          [3, 6],
        ]),
      },
    },
    {
      name: 'wraps 32-bit integers exactly',
      inputs: { A: i32([2147483647]), B: i32([2147483647]) },
      outputs: { C: i32([1]) },
    },
    {
      name: 'wraps uint32 exactly',
      inputs: { A: flat('uint32', [1], [4294967295]), B: flat('uint32', [1], [4294967295]) },
      outputs: { C: flat('uint32', [1], [1]) },
    },
    {
      name: 'wraps 64-bit integers',
      inputs: { A: i64([least, 3]), B: i64([3, -4]) },
      outputs: { C: i64([least, -12]) },
    },
    {
      name: 'has no number for zero times infinity',
      inputs: { A: f32([0]), B: f32([inf]) },
      outputs: { C: f32([nan]) },
    },
  ],
  symbolic: [
    { name: 'tracks', inputs: { A: 'int64[2]{N,5}', B: 'int64[2]{M,-2}' }, outputs: ['int64[2]{M*N,-10}'] },
    {
      name: 'does not track what would wrap',
      inputs: { A: i32([65536]), B: i32([65536]) },
      outputs: ['int32[1]{?}'],
    },
  ],
})

opTest(div, {
  ...refusals,
  cases: [
    {
      name: 'divides with broadcasting',
      inputs: { A: f32([[6], [4]]), B: f32([1, 2]) },
      outputs: {
        C: f32([
          [6, 3],
          [4, 2],
        ]),
      },
    },
    {
      name: 'divides floats by zero',
      inputs: { A: f32([1, -1, 0]), B: f32([0]) },
      outputs: { C: f32([inf, -inf, nan]) },
    },
    {
      name: 'rounds toward zero',
      inputs: { A: i8([-7, 7, -7]), B: i8([2, -2, -2]) },
      outputs: { C: i8([-3, -3, 3]) },
    },
    {
      name: 'rounds 64-bit integers toward zero',
      inputs: { A: i64([-7, 7]), B: i64([2]) },
      outputs: { C: i64([-3, 3]) },
    },
    { name: 'wraps the one overflow', inputs: { A: i8([-128]), B: i8([-1]) }, outputs: { C: i8([-128]) } },
    {
      name: 'wraps the one overflow of int64',
      inputs: { A: i64([least]), B: i64([-1]) },
      outputs: { C: i64([least]) },
    },
  ],
  symbolic: [
    {
      name: 'tracks',
      inputs: { A: 'int64[4]{6*N,N+1,-7,N*M}', B: 'int64[4]{-2,2,2,M}' },
      outputs: ['int64[4]{-3*N,floor((N+1)/(2)),-3,N}'],
    },
    {
      name: 'gives up on an unknown sign',
      inputs: { A: 'int64[1]{N-5}', B: 'int64[1]{2}' },
      outputs: ['int64[1]{?}'],
    },
    { name: 'gives up on a zero', inputs: { A: 'int64[1]{4}', B: 'int64[1]{0}' }, outputs: ['int64[1]{?}'] },
  ],
  invalid: [
    ...refusals.invalid,
    {
      name: 'zero',
      inputs: { A: u8([4]), B: u8([0]) },
      code: 'SLP-O4',
      message: 'integers must not be divided by 0, got "4 / 0"',
    },
    { name: '64-bit zero', inputs: { A: i64([4]), B: i64([0]) }, code: 'SLP-O4', message: 'got "4 / 0"' },
  ],
})

const signs = { A: [-7, 7, -7, 6], B: [3, -3, -3, 3] }

opTest(mod, {
  ...refusals,
  cases: [
    {
      name: 'takes remainders with broadcasting',
      inputs: { A: f32([[7], [4]]), B: f32([3, 4]) },
      outputs: {
        C: f32([
          [1, 3],
          [1, 0],
        ]),
      },
    },
    {
      name: 'takes the sign of B',
      inputs: { A: i32(signs.A), B: i32(signs.B) },
      outputs: { C: i32([2, -2, -1, 0]) },
    },
    {
      name: 'takes the sign of a 64-bit B',
      inputs: { A: i64(signs.A), B: i64(signs.B) },
      outputs: { C: i64([2, -2, -1, 0]) },
    },
    {
      name: 'takes the sign of a float B',
      inputs: { A: f32(signs.A), B: f32(signs.B) },
      outputs: { C: f32([2, -2, -1, 0]) },
    },
    {
      name: 'takes the sign of A',
      inputs: { A: i32(signs.A), B: i32(signs.B) },
      attrs: { fmod: 1 },
      outputs: { C: i32([-1, 1, -1, 0]) },
    },
    {
      name: 'takes the sign of a 64-bit A',
      inputs: { A: i64(signs.A), B: i64(signs.B) },
      attrs: { fmod: 1 },
      outputs: { C: i64([-1, 1, -1, 0]) },
    },
    {
      name: 'has the special cases of floor',
      inputs: { A: f64([inf, 1, nan, 2, -2, -2, 2]), B: f64([2, 0, 2, inf, inf, -inf, -inf]) },
      outputs: { C: f64([nan, nan, nan, 2, inf, -2, -inf]) },
    },
    {
      name: 'has the special cases of truncation',
      inputs: { A: f64([inf, 1, nan, 2, -2]), B: f64([2, 0, 2, inf, inf]) },
      attrs: { fmod: 1 },
      outputs: { C: f64([nan, nan, nan, 2, -2]) },
    },
  ],
  symbolic: [
    {
      name: 'tracks',
      inputs: { A: 'int64[3]{7,4*N,N+1}', B: 'int64[]{4}' },
      outputs: ['int64[3]{3,0,N-4*floor((N+1)/(4))+1}'],
    },
    {
      name: 'gives up on an unknown sign',
      inputs: { A: 'int64[1]{N-5}', B: 'int64[1]{2}' },
      outputs: ['int64[1]{?}'],
    },
  ],
  invalid: [
    ...refusals.invalid,
    { name: 'zero', inputs: { A: i32([4]), B: i32([0]) }, code: 'SLP-O4', message: 'got "4 mod 0"' },
    {
      name: '64-bit zero',
      inputs: { A: i64([4]), B: i64([0]) },
      attrs: { fmod: 1 },
      code: 'SLP-O4',
      message: 'got "4 mod 0"',
    },
    {
      name: 'another fmod',
      inputs: { A: f32([4]), B: f32([1]) },
      attrs: { fmod: 2 },
      code: 'SLP-O2',
      message: 'fmod must be 0 or 1, got 2',
    },
  ],
})

/** Laws on random inputs of every operator with two inputs of one type. */
const lawful: readonly AnyOp[] = [sub, mul, div, mod]
for (const op of lawful) {
  opTest(op, {
    cases: [],
    random: (g) => {
      const shape = g.shape()
      return {
        inputs: { A: g.tensor('float32', shape, { finite: false }), B: g.tensor('float32', shape.slice(1)) },
      }
    },
  })
}
