import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { logSoftmax } from './log-softmax.ts'
import { softmax } from './softmax.ts'

const half = Math.log(0.5)

for (const { op, even, huge } of [
  { op: softmax, even: 0.5, huge: [0, 1] },
  { op: logSoftmax, even: half, huge: [-1000, 0] },
]) {
  opTest(op, {
    cases: [
      {
        name: 'shares equally between equals on the last axis',
        inputs: {
          input: f32([
            [1, 1],
            [0, 0],
          ]),
        },
        outputs: {
          output: f32([
            [even, even],
            [even, even],
          ]),
        },
      },
      {
        name: 'works along an outer axis without overflow',
        inputs: {
          input: f32([
            [1000, 7],
            [2000, 7],
          ]),
        },
        attrs: { axis: 0 },
        outputs: {
          output: f32([
            [huge[0]!, even],
            [huge[1]!, even],
          ]),
        },
      },
      {
        name: 'keeps an empty axis',
        inputs: { input: flat('float32', [0, 2], []) },
        attrs: { axis: 0 },
        outputs: { output: flat('float32', [0, 2], []) },
      },
    ],
    symbolic: [
      { name: 'keeps the shape', inputs: { input: 'float16[N,3]' }, outputs: ['float16[N,3]'] },
      { name: 'keeps an unknown rank', inputs: { input: 'float32[*]' }, outputs: ['float32[*]'] },
    ],
    random: (g) => ({
      inputs: { input: g.tensor('float32', g.shape({ rank: [2, 4] }), { finite: false }) },
      attrs: { axis: g.int(-2, 1) },
    }),
    invalid: [
      {
        name: 'an axis outside the rank',
        inputs: { input: f32([1]) },
        attrs: { axis: 1 },
        code: 'SLP-O2',
        message: 'must lie in [-1, 0], got 1',
      },
    ],
  })
}
