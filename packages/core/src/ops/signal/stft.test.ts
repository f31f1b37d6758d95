import { f32, flat, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { stft } from './stft.ts'

const signal = f32([[[1], [2], [3], [4], [5]]])

opTest(stft, {
  cases: [
    {
      name: 'transforms frames, one side',
      inputs: { signal, frame_step: i64(2), frame_length: i64(2) },
      outputs: {
        output: f32([
          [
            [
              [3, 0],
              [-1, 0],
            ],
            [
              [7, 0],
              [-1, 0],
            ],
          ],
        ]),
      },
    },
    {
      name: 'takes a real signal without an axis for its parts',
      inputs: { signal: f32([[1, 2, 3, 4]]), frame_step: i64(2), frame_length: i64(2) },
      attrs: { onesided: 0 },
      outputs: {
        output: f32([
          [
            [
              [3, 0],
              [-1, 0],
            ],
            [
              [7, 0],
              [-1, 0],
            ],
          ],
        ]),
      },
    },
    {
      name: 'applies the window, whose length is that of the frames',
      inputs: { signal, frame_step: i64([3]), window: f32([1, 0]) },
      attrs: { onesided: 0 },
      outputs: {
        output: f32([
          [
            [
              [1, 0],
              [1, 0],
            ],
            [
              [4, 0],
              [4, 0],
            ],
          ],
        ]),
      },
    },
    {
      name: 'transforms complex signals',
      inputs: {
        signal: f32([
          [
            [0, 1],
            [0, 1],
          ],
        ]),
        frame_step: i64(1),
        frame_length: i64(2),
      },
      attrs: { onesided: 0 },
      outputs: {
        output: f32([
          [
            [
              [0, 2],
              [0, 0],
            ],
          ],
        ]),
      },
    },
    {
      name: 'takes the whole signal as one frame',
      inputs: {
        signal: f32([
          [[1], [1], [1]],
          [[2], [2], [2]],
        ]),
        frame_step: i64(1),
      },
      outputs: {
        output: f32([
          [
            [
              [3, 0],
              [0, 0],
            ],
          ],
          [
            [
              [6, 0],
              [0, 0],
            ],
          ],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'counts frames and bins',
      inputs: { signal: 'float32[B,320000,1]', frame_step: i64(160), window: 'float32[400]' },
      outputs: ['float32[B,1998,201,2]'],
    },
    {
      name: 'counts frames of a named length',
      inputs: { signal: 'float32[B,N,1]', frame_step: i64(2), frame_length: i64(4) },
      outputs: ['float32[B,floor((N-4)/(2))+1,3,2]'],
    },
    {
      name: 'has rank 4 always',
      inputs: { signal: 'float32[*]', frame_step: 'int64[]' },
      outputs: ['float32[node.batch2,node.frames1,floor((node.frame)/(2))+1,2]'],
    },
  ],
  random: (g) => ({
    inputs: {
      signal: g.tensor('float32', [2, g.int(5, 20), 1]),
      frame_step: i64(g.int(1, 4)),
      window: g.tensor('float32', [g.int(1, 5)]),
    },
    attrs: { onesided: g.int(0, 1) },
  }),
  invalid: [
    {
      name: 'frames longer than the signal',
      inputs: { signal, frame_step: i64(1), frame_length: i64(6) },
      code: 'SLP-O2',
      message: 'frame_length must be 5 at most, the samples, got "6"',
    },
    {
      name: 'a window of another length',
      inputs: { signal, frame_step: i64(1), frame_length: i64(2), window: f32([1]) },
      code: 'SLP-O2',
      message: 'the size of window must be 2, got 1',
    },
    {
      name: 'a signal without a batch',
      inputs: { signal: f32([1, 2]), frame_step: i64(1) },
      code: 'SLP-O2',
      message: 'signal must have rank 3, or 2 for a real signal, got "[2]"',
    },
    {
      name: 'no step',
      inputs: { signal, frame_step: i64(0), frame_length: i64(2) },
      code: 'SLP-O2',
      message: 'frame_step must be at least 1, got 0',
    },
    {
      name: 'one side of a complex signal',
      inputs: { signal: flat('float32', [1, 1, 2], [1, 1]), frame_step: i64(1) },
      code: 'SLP-O2',
      message: 'onesided needs a real signal',
    },
  ],
})
