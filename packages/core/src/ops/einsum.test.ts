import { f32, flat, i32, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { einsum } from './einsum.ts'

const square = f32([
  [1, 2],
  [3, 4],
])

opTest(einsum, {
  cases: [
    {
      name: 'multiplies matrices',
      inputs: { Inputs: [square, square] },
      attrs: { equation: 'ij,jk->ik' },
      outputs: {
        Output: f32([
          [7, 10],
          [15, 22],
        ]),
      },
    },
    {
      name: 'sums what stands in no output, blanks aside',
      inputs: { Inputs: [square] },
      attrs: { equation: 'ij -> i' },
      outputs: { Output: f32([3, 7]) },
    },
    {
      name: 'takes the diagonal, and its sum',
      inputs: { Inputs: [square] },
      attrs: { equation: 'ii' },
      outputs: { Output: f32(5) },
    },
    {
      name: 'keeps the diagonal',
      inputs: { Inputs: [square] },
      attrs: { equation: '...ii->...i' },
      outputs: { Output: f32([1, 4]) },
    },
    {
      name: 'orders the implicit output by letter, capitals first',
      inputs: { Inputs: [f32([[1, 2, 3]])] },
      attrs: { equation: 'bA' },
      outputs: { Output: f32([[1], [2], [3]]) },
    },
    {
      name: 'broadcasts the axes under ellipses, first in an implicit output',
      inputs: {
        Inputs: [
          f32([[[1, 2]], [[3, 4]]]),
          f32([
            [1, 1],
            [1, 0],
          ]),
        ],
      },
      attrs: { equation: 'a...k,...k' },
      outputs: {
        Output: f32([
          [3, 7],
          [1, 3],
        ]),
      },
    },
    {
      name: 'multiplies by a scalar',
      inputs: { Inputs: [f32(2), f32([1, 2])] },
      attrs: { equation: ',i->i' },
      outputs: { Output: f32([2, 4]) },
    },
    {
      name: 'takes three operands',
      inputs: { Inputs: [f32([1, 2]), square, f32([1, 1])] },
      attrs: { equation: 'i,ij,j->' },
      outputs: { Output: f32(17) },
    },
    {
      name: 'wraps integers',
      inputs: { Inputs: [i32([2 ** 31 - 1]), i32([2 ** 31 - 1])] },
      attrs: { equation: 'i,i->' },
      outputs: { Output: i32(1) },
    },
    {
      name: 'keeps all bits of 64-bit integers',
      inputs: { Inputs: [i64([2n ** 60n + 1n]), i64([3n])] },
      attrs: { equation: 'i,i->i' },
      outputs: { Output: i64([3n * 2n ** 60n + 3n]) },
    },
    {
      name: 'sums nothing to zero',
      inputs: { Inputs: [flat('float32', [2, 0], [])] },
      attrs: { equation: 'ij->i' },
      outputs: { Output: f32([0, 0]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps named sizes',
      inputs: { Inputs: ['float32[B,N,K]', 'float32[B,K,M]'] },
      attrs: { equation: 'bij,bjk->bik' },
      outputs: ['float32[B,N,M]'],
    },
    {
      name: 'keeps the axes under an ellipsis',
      inputs: { Inputs: ['float32[A,B,N]'] },
      attrs: { equation: '...n->n...' },
      outputs: ['float32[N,A,B]'],
    },
    {
      name: 'keeps an unknown rank',
      inputs: { Inputs: ['float32[*]'] },
      attrs: { equation: 'ij->ji' },
      outputs: ['float32[*]'],
    },
  ],
  random: (g) => {
    const [i, j, k] = [g.int(0, 3), g.int(0, 3), g.int(1, 3)]
    return {
      inputs: { Inputs: [g.tensor('float32', [2, i, j]), g.tensor('float32', [j, k])] },
      attrs: { equation: g.oneOf(['bij,jk->bik', '...j,jk', 'bij,jk->kb', 'bij,jk->']) },
    }
  },
  invalid: [
    {
      name: 'a term short of letters',
      inputs: { Inputs: [square] },
      attrs: { equation: 'i->i' },
      code: 'SLP-O2',
      message: 'term "i" must have one letter per axis of its operand',
    },
    {
      name: 'a term short of operands',
      inputs: { Inputs: [square] },
      attrs: { equation: 'ij,jk->ik' },
      code: 'SLP-O2',
      message: 'one term per operand, 1',
    },
    {
      name: 'a label of two sizes',
      inputs: { Inputs: [f32([1, 2]), f32([1, 2, 3])] },
      attrs: { equation: 'i,i->' },
      code: 'SLP-O2',
      message: 'label i must have one size, got "2 and 3"',
    },
    {
      name: 'an output label from nowhere',
      inputs: { Inputs: [square] },
      attrs: { equation: 'ij->k' },
      code: 'SLP-O2',
      message: 'output label k must stand in a term',
    },
    {
      name: 'an output label twice',
      inputs: { Inputs: [square] },
      attrs: { equation: 'ij->ii' },
      code: 'SLP-O2',
      message: 'must not repeat',
    },
    {
      name: 'digits',
      inputs: { Inputs: [square] },
      attrs: { equation: '12->1' },
      code: 'SLP-O2',
      message: 'letters and ellipses',
    },
  ],
})
