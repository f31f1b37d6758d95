import { bool, f32, f64, flat, i8, i64, str, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { abs } from './abs.ts'
import { bitwiseNot } from './bitwise-not.ts'
import { isInf } from './is-inf.ts'
import { isNan } from './is-nan.ts'
import { neg } from './neg.ts'
import { not } from './not.ts'
import { sign } from './sign.ts'

const inf = Number.POSITIVE_INFINITY
const { NaN: nan } = Number
const least = -(2n ** 63n)

opTest(abs, {
  cases: [
    { name: 'drops the sign', inputs: { X: f32([0, 1, 2]) }, outputs: { Y: f32([0, 1, 2]) } },
    { name: 'keeps NaN', inputs: { X: f64([-inf, nan, -1.5]) }, outputs: { Y: f64([inf, nan, 1.5]) } },
    { name: 'leaves the least int8', inputs: { X: i8([-128, -127]) }, outputs: { Y: i8([-128, 127]) } },
    { name: 'leaves the least int64', inputs: { X: i64([least, -5]) }, outputs: { Y: i64([least, 5]) } },
  ],
  symbolic: [
    { name: 'tracks', inputs: { X: 'int64[4]{N,-N,-3,2}' }, outputs: ['int64[4]{N,N,3,2}'] },
    { name: 'gives up on an unknown sign', inputs: { X: 'int64[1]{N-5}' }, outputs: ['int64[1]{?}'] },
  ],
  random: (g) => ({ inputs: { X: g.tensor('float32', g.shape(), { finite: false }) } }),
  invalid: [{ name: 'text', inputs: { X: str(['a']) }, code: 'SLP-O2', message: 'X must be one of' }],
})

opTest(neg, {
  cases: [
    { name: 'flips the sign', inputs: { X: f32([1, 0, -2]) }, outputs: { Y: f32([-1, 0, 2]) } },
    { name: 'wraps the least int64', inputs: { X: i64([least, 7]) }, outputs: { Y: i64([least, -7]) } },
  ],
  symbolic: [{ name: 'tracks', inputs: { X: 'int64[3]{N+1,-3,0}' }, outputs: ['int64[3]{-N-1,3,0}'] }],
  random: (g) => ({ inputs: { X: g.tensor('int8', g.shape()) } }),
  invalid: [{ name: 'unsigned', inputs: { X: u8([1]) }, code: 'SLP-O2', message: 'X must be one of' }],
})

opTest(sign, {
  cases: [
    { name: 'tells signs', inputs: { input: f32([0, 3, 1]) }, outputs: { output: f32([0, 1, 1]) } },
    { name: 'keeps NaN', inputs: { input: f32([nan, -inf, -0]) }, outputs: { output: f32([nan, -1, 0]) } },
    { name: 'takes int64', inputs: { input: i64([least, 0, 9]) }, outputs: { output: i64([-1, 0, 1]) } },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { input: 'int8[N]' }, outputs: ['int8[N]'] }],
  invalid: [
    { name: 'bool', inputs: { input: bool([true]) }, code: 'SLP-O2', message: 'input must be one of' },
  ],
})

opTest(bitwiseNot, {
  cases: [
    { name: 'inverts bits', inputs: { X: u8([0, 1, 5]) }, outputs: { Y: u8([255, 254, 250]) } },
    { name: 'inverts signed', inputs: { X: i64([0, -1, least]) }, outputs: { Y: i64([-1, 0, -least - 1n]) } },
    {
      name: 'inverts uint64',
      inputs: { X: flat('uint64', [1], [1n]) },
      outputs: { Y: flat('uint64', [1], [2n ** 64n - 2n]) },
    },
    {
      name: 'inverts uint32',
      inputs: { X: flat('uint32', [1], [2 ** 31]) },
      outputs: { Y: flat('uint32', [1], [2 ** 31 - 1]) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'int8[N]' }, outputs: ['int8[N]'] }],
  invalid: [{ name: 'floats', inputs: { X: f32([1]) }, code: 'SLP-O2', message: 'X must be one of' }],
})

opTest(not, {
  cases: [{ name: 'negates', inputs: { X: bool([true, false]) }, outputs: { Y: bool([false, true]) } }],
  symbolic: [{ name: 'tracks', inputs: { X: 'bool[2]{0,1}' }, outputs: ['bool[2]{1,0}'] }],
  invalid: [{ name: 'integers', inputs: { X: u8([1]) }, code: 'SLP-O2', message: 'X must be one of bool' }],
})

const edges = f32([1, inf, -inf, nan])

opTest(isNan, {
  cases: [{ name: 'finds NaN', inputs: { X: edges }, outputs: { Y: bool([false, false, false, true]) } }],
  symbolic: [{ name: 'gives bool', inputs: { X: 'float8e5m2[N,2]' }, outputs: ['bool[N,2]'] }],
  invalid: [{ name: 'integers', inputs: { X: u8([1]) }, code: 'SLP-O2', message: 'X must be one of' }],
})

opTest(isInf, {
  cases: [
    { name: 'finds both', inputs: { X: edges }, outputs: { Y: bool([false, true, true, false]) } },
    {
      name: 'finds positive ones',
      inputs: { X: edges },
      attrs: { detect_negative: 0 },
      outputs: { Y: bool([false, true, false, false]) },
    },
    {
      name: 'finds negative ones',
      inputs: { X: edges },
      attrs: { detect_positive: 0 },
      outputs: { Y: bool([false, false, true, false]) },
    },
  ],
  symbolic: [{ name: 'gives bool', inputs: { X: 'float16[N,2]' }, outputs: ['bool[N,2]'] }],
  invalid: [{ name: 'integers', inputs: { X: u8([1]) }, code: 'SLP-O2', message: 'X must be one of' }],
})
