import { i8, i32, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { matmulInteger } from './matmul-integer.ts'

opTest(matmulInteger, {
  cases: [
    {
      name: 'multiplies without zero points',
      inputs: { A: u8([[1, 2]]), B: u8([[3], [4]]) },
      outputs: { Y: i32([[11]]) },
    },
    {
      name: 'subtracts zero points of both',
      inputs: { A: u8([[11, 7, 3]]), B: i8([[-1], [2], [3]]), a_zero_point: u8(12), b_zero_point: i8([1]) },
      outputs: { Y: i32([[-1 * -2 + -5 * 1 + -9 * 2]]) },
    },
    {
      name: 'takes zero points per row and column',
      inputs: {
        A: u8([
          [5, 5],
          [5, 5],
        ]),
        B: u8([
          [2, 3],
          [2, 3],
        ]),
        a_zero_point: u8([4, 3]),
        b_zero_point: u8([1, 0]),
      },
      outputs: {
        Y: i32([
          [2, 6],
          [4, 12],
        ]),
      },
    },
  ],
  symbolic: [{ name: 'gives int32', inputs: { A: 'uint8[N,K]', B: 'int8[K,3]' }, outputs: ['int32[N,3]'] }],
  random: (g) => {
    const [m, k] = [g.int(1, 4), g.int(0, 4)]
    return {
      inputs: {
        A: g.tensor('uint8', [2, m, k]),
        B: g.tensor('int8', [k, 3]),
        a_zero_point: g.tensor('uint8', [m]),
        b_zero_point: g.tensor('int8', [3]),
      },
    }
  },
  invalid: [
    {
      name: 'a zero point of another length',
      inputs: { A: u8([[1, 2]]), B: u8([[1], [1]]), a_zero_point: u8([1, 2, 3]) },
      code: 'SLP-O2',
      message: 'a_zero_point (a number per row) must broadcast to [1,2], got "[3,1]"',
    },
  ],
})
