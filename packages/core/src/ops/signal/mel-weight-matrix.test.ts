import { f32, flat, i32, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { melWeightMatrix } from './mel-weight-matrix.ts'

const given = {
  num_mel_bins: i32(1),
  dft_length: i32(8),
  sample_rate: i32(8000),
  lower_edge_hertz: f32(0),
  upper_edge_hertz: f32(4000),
}

opTest(melWeightMatrix, {
  cases: [
    {
      // mel(4000) = 2146; its thirds are 621 and 1793 Hz, in the bins 0 and 2 of 889 Hz.
      name: 'begins with a peak where a band has no rise',
      inputs: given,
      outputs: { output: f32([[1], [0.5], [0], [0], [0]]) },
    },
    {
      // The corners 500, 1178 and 2242 Hz lie in the bins 2, 4 and 9 of 242 Hz.
      name: 'rises and falls over several bins',
      inputs: { ...given, dft_length: i32(32), lower_edge_hertz: f32(500) },
      outputs: {
        output: flat('float32', [17, 1], [0, 0, 0, 0.5, 1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0, 0, 0, 0, 0, 0]),
      },
    },
    {
      name: 'has no columns without bands',
      inputs: { ...given, num_mel_bins: i32(0), dft_length: i32(2) },
      outputs: { output: flat('float32', [2, 0], []) },
    },
  ],
  symbolic: [
    {
      name: 'knows its sizes',
      inputs: { ...given, num_mel_bins: i64(40), dft_length: i64(512), sample_rate: 'int64[]' },
      outputs: ['float32[257,40]'],
    },
  ],
  invalid: [
    {
      name: 'no sample rate',
      inputs: { ...given, sample_rate: i32(0) },
      code: 'SLP-O4',
      message: 'sample_rate must be at least 1, got 0',
    },
  ],
})
