import { f32, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { concat } from './concat.ts'

opTest(concat, {
  cases: [
    {
      name: 'joins on the inner axis',
      inputs: {
        inputs: [
          f32([
            [1, 2],
            [3, 4],
          ]),
          f32([[5], [6]]),
        ],
      },
      attrs: { axis: -1 },
      outputs: {
        concat_result: f32([
          [1, 2, 5],
          [3, 4, 6],
        ]),
      },
    },
    {
      name: 'joins strings',
      inputs: { inputs: [str(['a']), str(['b'])] },
      attrs: { axis: 0 },
      outputs: { concat_result: str(['a', 'b']) },
    },
  ],
  symbolic: [
    {
      name: 'adds named sizes',
      inputs: { inputs: ['float32[N,2]', 'float32[5,2]'] },
      attrs: { axis: 0 },
      outputs: ['float32[N+5,2]'],
    },
  ],
  random: (g) => {
    const [rows, left, right] = [g.int(0, 3), g.int(0, 4), g.int(1, 4)]
    return {
      inputs: { inputs: [g.tensor('float32', [rows, left]), g.tensor('float32', [rows, right])] },
      attrs: { axis: 1 },
    }
  },
  invalid: [
    {
      name: 'no axis',
      inputs: { inputs: [f32([1])] },
      code: 'SLP-O1',
      message: 'attribute axis: it is required',
    },
    {
      name: 'other sizes differ',
      inputs: { inputs: [f32([[1]]), f32([[1, 2]])] },
      attrs: { axis: 0 },
      code: 'SLP-O2',
      message: 'size 1 on axis 1',
    },
  ],
})
