import { f32, i64, of } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { castLike } from './cast-like.ts'

opTest(castLike, {
  cases: [
    {
      name: 'takes the type of the second input only',
      inputs: { input: f32([1, 0]), target_type: i64([[5, 5, 5]]) },
      outputs: { output: i64([1, 0]) },
    },
    {
      name: 'hands saturate on',
      inputs: { input: f32([1e6, 3]), target_type: of('float8e4m3fn', []) },
      attrs: { saturate: 0 },
      outputs: { output: of('float8e4m3fn', [Number.NaN, 3]) },
    },
    {
      name: 'hands round_mode on',
      inputs: { input: f32([1.4, 1.5]), target_type: of('float8e8m0', 1) },
      attrs: { round_mode: 'nearest' },
      outputs: { output: of('float8e8m0', [1, 2]) },
    },
  ],
  // The first case has one expected dtype, so the type of target_type must not change.
  everyDType: false,
  symbolic: [
    {
      name: 'keeps the shape of the first input',
      inputs: { input: 'float32[N,3]', target_type: 'int8[*]' },
      outputs: ['int8[N,3]'],
    },
  ],
  random: (g) => ({
    inputs: {
      input: g.tensor('float32', g.shape()),
      target_type: g.tensor(g.oneOf(['int4', 'float16', 'uint8', 'bool', 'string'] as const), [1]),
    },
  }),
  invalid: [
    {
      name: 'a complex target',
      inputs: { input: f32([1]), target_type: of('complex64', []) },
      code: 'SLP-O2',
      message: 'target_type must be one of',
    },
  ],
})
