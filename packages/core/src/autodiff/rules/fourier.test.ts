import { dft } from '../../ops/signal/dft.ts'
import { stft } from '../../ops/signal/stft.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { i64 } from '../../testing/literals.ts'

const real = spread([2, 7, 1])
const complex = spread([2, 6, 2])

gradTest(dft, [
  { name: 'of real numbers', inputs: { input: real } },
  { name: 'of complex numbers, along an inner axis', inputs: { input: spread([5, 3, 2]), axis: i64(0) } },
  { name: 'one side', inputs: { input: real }, attrs: { onesided: 1 } },
  {
    name: 'one side of an even length, padded',
    inputs: { input: real, dft_length: i64(10) },
    attrs: { onesided: 1 },
  },
  { name: 'cut off', inputs: { input: complex, dft_length: i64(4) } },
  { name: 'inverse', inputs: { input: complex }, attrs: { inverse: 1 } },
  { name: 'inverse, padded', inputs: { input: real, dft_length: i64(9) }, attrs: { inverse: 1 } },
  { name: 'inverse of one side', inputs: { input: complex }, attrs: { inverse: 1, onesided: 1 } },
  {
    name: 'inverse of one side, to an odd length',
    inputs: { input: complex, dft_length: i64(11) },
    attrs: { inverse: 1, onesided: 1 },
  },
  {
    name: 'inverse of one side, cut off',
    inputs: { input: complex, dft_length: i64(7) },
    attrs: { inverse: 1, onesided: 1 },
  },
])
gradTest(stft, [
  {
    name: 'frames that overlap, with a window',
    inputs: { signal: spread([2, 13, 1]), frame_step: i64(3), window: spread([5], { low: 0.1 }) },
  },
  {
    name: 'a real signal of rank 2, without a window',
    inputs: { signal: spread([2, 11]), frame_step: i64(4), frame_length: i64(4) },
  },
  {
    name: 'both sides of a complex signal',
    inputs: {
      signal: spread([1, 9, 2]),
      frame_step: i64(2),
      window: spread([4], { low: 0.1 }),
      frame_length: i64(4),
    },
    attrs: { onesided: 0 },
  },
])
