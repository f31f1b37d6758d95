import { f32, f64, i8, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { clip } from './clip.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

opTest(clip, {
  cases: [
    {
      name: 'holds between two bounds',
      inputs: { input: f32([0, 1, 2, 3]), min: f32(1), max: f32(2) },
      outputs: { output: f32([1, 1, 2, 2]) },
    },
    {
      name: 'holds above one bound',
      inputs: { input: i8([-5, 5]), min: i8(-1) },
      outputs: { output: i8([-1, 5]) },
    },
    {
      name: 'holds below one bound',
      inputs: { input: i8([-5, 5]), max: i8(-1) },
      outputs: { output: i8([-5, -1]) },
    },
    {
      name: 'leaves everything without bounds',
      inputs: { input: f32([-inf, nan, 5]) },
      outputs: { output: f32([-inf, nan, 5]) },
    },
    {
      name: 'keeps NaN',
      inputs: { input: f64([nan, inf]), min: f64(0), max: f64(6) },
      outputs: { output: f64([nan, 6]) },
    },
    {
      name: 'lets max win over min',
      inputs: { input: f32([-1, 5]), min: f32(3), max: f32(2) },
      outputs: { output: f32([2, 2]) },
    },
    {
      name: 'takes 64-bit integers',
      inputs: { input: i64([2n ** 60n, -9, 3]), min: i64(0), max: i64(2n ** 59n) },
      outputs: { output: i64([2n ** 59n, 0, 3]) },
    },
    {
      name: 'takes bounds of shape [1] on a scalar',
      inputs: { input: u8(9), min: u8([1]), max: u8([4]) },
      outputs: { output: u8(4) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { input: 'float32[N,3]', min: 'float32[]' },
      outputs: ['float32[N,3]'],
    },
    {
      name: 'tracks',
      inputs: { input: 'int64[3]{N,-4,90}', min: i64(1), max: 'int64[]{N+5}' },
      outputs: ['int64[3]{?}'],
    },
    {
      name: 'tracks above one bound',
      inputs: { input: 'int64[3]{N,-4,90}', min: i64(1) },
      outputs: ['int64[3]{N,1,90}'],
    },
    {
      name: 'does not track under an unknown bound',
      inputs: { input: 'int64[1]{3}', max: 'int64[]' },
      outputs: ['int64[1]{?}'],
    },
  ],
  random: (g) => ({
    inputs: { input: g.tensor('float32', g.shape(), { finite: false }), min: f32(-1), max: f32(1) },
  }),
  invalid: [
    {
      name: 'two bounds in one',
      inputs: { input: f32([1]), min: f32([1, 2]) },
      code: 'SLP-O2',
      message: 'min must be a scalar, got "[2]"',
    },
    {
      name: 'a bound of another type',
      inputs: { input: f32([1]), max: f64(1) },
      code: 'SLP-O2',
      message: 'max must have the type float32',
    },
  ],
})
