import { f16, f32, i32, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { range } from './range.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const far = 2n ** 62n

opTest(range, {
  cases: [
    {
      name: 'steps up',
      inputs: { start: f32(1), limit: f32(8), delta: f32(3) },
      outputs: { output: f32([1, 4, 7]) },
    },
    {
      name: 'leaves the limit out',
      inputs: { start: i32(3), limit: i32(9), delta: i32(3) },
      outputs: { output: i32([3, 6]) },
    },
    {
      name: 'steps down',
      inputs: { start: i64(10), limit: i64(5), delta: i64(-2) },
      outputs: { output: i64([10, 8, 6]) },
    },
    {
      name: 'is empty the wrong way',
      inputs: { start: i64(10), limit: i64(5), delta: i64(1) },
      outputs: { output: i64([]) },
    },
    {
      name: 'is empty the wrong way in floats',
      inputs: { start: f32(1), limit: f32(2), delta: f32(-1) },
      outputs: { output: f32([]) },
    },
    {
      name: 'keeps the digits of int64',
      inputs: { start: i64(far), limit: i64(far + 3n), delta: i64(2) },
      outputs: { output: i64([far, far + 2n]) },
    },
    {
      name: 'rounds float16 once',
      inputs: { start: f16(2047), limit: f16(2052), delta: f16(1) },
      outputs: { output: f16([2047, 2048, 2048, 2050, 2052]) },
    },
    {
      name: 'takes inputs of shape [1]',
      inputs: { start: i64([0]), limit: i64([2]), delta: i64([1]) },
      outputs: { output: i64([0, 1]) },
    },
  ],
  symbolic: [
    {
      name: 'counts to a name',
      inputs: { start: i64(0), limit: 'int64[]{N}', delta: i64(1) },
      outputs: ['int64[N]{?}'],
    },
    {
      name: 'counts in steps',
      inputs: { start: 'int64[]{N}', limit: 'int64[]{4*M+N}', delta: i64(2) },
      outputs: ['int64[2*M]'],
    },
    {
      name: 'counts down',
      inputs: { start: 'int64[]{N}', limit: i64(0), delta: i64(-1) },
      outputs: ['int64[N]'],
    },
    {
      name: 'lists few numbers',
      inputs: { start: i64(0), limit: i64(6), delta: i64(2) },
      outputs: ['int64[3]{0,2,4}'],
    },
    {
      name: 'lists sizes in a row',
      inputs: { start: 'int64[]{N}', limit: 'int64[]{N+2}', delta: i64(1) },
      outputs: ['int64[2]{N,N+1}'],
    },
    {
      name: 'counts floats',
      inputs: { start: f32(0), limit: f32(1), delta: f32(0.25) },
      outputs: ['float32[4]{?}'],
    },
    {
      name: 'has an unknown size',
      inputs: { start: 'float32[]', limit: 'float32[]', delta: 'float32[]' },
      outputs: ['float32[node.range]'],
    },
    {
      name: 'has an unknown size where it may be empty',
      inputs: { start: i64(5), limit: 'int64[]{N}', delta: i64(1) },
      outputs: ['int64[node.range]'],
    },
  ],
  random: (g) => ({
    inputs: { start: i64(g.int(-5, 5)), limit: i64(g.int(-5, 5)), delta: i64(g.oneOf([-2, -1, 1, 3])) },
  }),
  invalid: [
    {
      name: 'no step',
      inputs: { start: i64(0), limit: i64(2), delta: i64(0) },
      code: 'SLP-O4',
      message: 'delta must not be 0',
    },
    {
      name: 'no end',
      inputs: { start: f32(0), limit: f32(inf), delta: f32(1) },
      code: 'SLP-O4',
      message: 'the number of steps must be finite',
    },
    {
      name: 'NaN',
      inputs: { start: f32(nan), limit: f32(1), delta: f32(1) },
      code: 'SLP-O4',
      message: 'the number of steps must be finite',
    },
    {
      name: 'too many',
      inputs: { start: i64(0), limit: i64(far), delta: i64(1) },
      code: 'SLP-L4',
      message: 'it may have at most',
    },
    {
      name: 'a vector',
      inputs: { start: f32([0, 1]), limit: f32(2), delta: f32(1) },
      code: 'SLP-O2',
      message: 'start must be a scalar, got "[2]"',
    },
    {
      name: 'bytes',
      inputs: { start: u8(0), limit: u8(2), delta: u8(1) },
      code: 'SLP-O2',
      message: 'start must be one of',
    },
  ],
})
