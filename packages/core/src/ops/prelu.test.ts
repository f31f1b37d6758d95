import { f32, i32, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { prelu } from './prelu.ts'

opTest(prelu, {
  cases: [
    {
      name: 'keeps positives',
      inputs: { X: f32([0, 1, 2]), slope: f32([3]) },
      outputs: { Y: f32([0, 1, 2]) },
    },
    {
      name: 'scales negatives by channel',
      inputs: {
        X: f32([
          [-1, 2],
          [-3, -4],
        ]),
        slope: f32([[0.5], [2]]),
      },
      outputs: {
        Y: f32([
          [-0.5, 2],
          [-6, -8],
        ]),
      },
    },
    {
      name: 'takes a scalar slope',
      inputs: { X: f32([-1, Number.NaN]), slope: f32(0.25) },
      outputs: { Y: f32([-0.25, Number.NaN]) },
    },
    {
      name: 'wraps 32-bit integers exactly',
      inputs: { X: i32([-2147483647]), slope: i32([2147483647]) },
      outputs: { Y: i32([-1]) },
    },
    {
      name: 'takes int64',
      inputs: { X: i64([-(2n ** 60n), 5]), slope: i64([3]) },
      outputs: { Y: i64([-3n * 2n ** 60n, 5]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape of X',
      inputs: { X: 'float32[N,C,4]', slope: 'float32[C,1]' },
      outputs: ['float32[N,C,4]'],
    },
    {
      name: 'keeps the shape of X under an unknown slope',
      inputs: { X: 'float32[N,3]', slope: 'float32[*]' },
      outputs: ['float32[N,3]'],
    },
  ],
  random: (g) => {
    const shape = g.shape()
    return {
      inputs: {
        X: g.tensor('float32', shape, { finite: false }),
        slope: g.tensor('float32', shape.slice(1)),
      },
    }
  },
  invalid: [
    {
      name: 'a slope of higher rank',
      inputs: { X: f32([1]), slope: f32([[1]]) },
      code: 'SLP-O2',
      message: 'slope must broadcast to the shape of X, got "[1,1]"',
    },
    {
      name: 'a slope that would enlarge X',
      inputs: { X: f32([1]), slope: f32([1, 2]) },
      code: 'SLP-O2',
      message: 'slope must broadcast to the shape of X, got "[2]"',
    },
    { name: 'bytes', inputs: { X: u8([1]), slope: u8([1]) }, code: 'SLP-O2', message: 'X must be one of' },
  ],
})
