import { dtypeInfo } from '../base/dtype.ts'
import { f32, f64, flat, i32, i64, of, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { bitCast } from './bit-cast.ts'

const to = (dtype: Parameters<typeof dtypeInfo>[0]) => ({ to: dtypeInfo(dtype).code })

opTest(bitCast, {
  cases: [
    {
      name: 'reads float32 as int32',
      inputs: { input: f32([[1], [-0]]) },
      attrs: to('int32'),
      outputs: { output: i32([[0x3f800000], [-(2 ** 31)]]) },
    },
    {
      name: 'reads int64 as float64',
      inputs: { input: i64(1023n << 52n) },
      attrs: to('float64'),
      outputs: { output: f64(1) },
    },
    {
      name: 'reads packed nibbles',
      inputs: { input: of('int4', [-1, 7, -8]) },
      attrs: to('uint4'),
      outputs: { output: of('uint4', [15, 7, 8]) },
    },
    {
      name: 'reads uint8 as float8',
      inputs: { input: u8([0x38, 0x7e]) },
      attrs: to('float8e4m3fn'),
      outputs: { output: of('float8e4m3fn', [1, 448]) },
    },
    {
      name: 'reads two float32 lanes as one 64-bit integer',
      inputs: { input: flat('complex64', [1], [1, 2]) },
      attrs: to('uint64'),
      outputs: { output: of('uint64', [0x40000000_3f800000n]) },
    },
  ],
  // One target width fits one source width only.
  everyDType: false,
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { input: 'uint16[N]' },
      attrs: to('bfloat16'),
      outputs: ['bfloat16[N]'],
    },
  ],
  random: (g) => ({ inputs: { input: g.tensor('float16', g.shape()) }, attrs: to('int16') }),
  invalid: [
    {
      name: 'another width',
      inputs: { input: f32([1]) },
      attrs: to('float64'),
      code: 'SLP-O2',
      message: 'to must name a type of 32 bits, as float32 has, got "float64"',
    },
  ],
})
