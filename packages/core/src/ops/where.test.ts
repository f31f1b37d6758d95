import { bool, f32, flat, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { where } from './where.ts'

opTest(where, {
  cases: [
    {
      name: 'chooses with broadcasting',
      inputs: { condition: bool([[true], [false]]), X: f32([1, 0]), Y: f32(2) },
      outputs: {
        output: f32([
          [1, 0],
          [2, 2],
        ]),
      },
    },
    {
      name: 'chooses text',
      inputs: { condition: bool([true, false]), X: str(['a', 'b']), Y: str(['c']) },
      outputs: { output: str(['a', 'c']) },
    },
    {
      name: 'chooses complex numbers',
      inputs: {
        condition: bool([true, false]),
        X: flat('complex64', [1], [1, 2]),
        Y: flat('complex64', [2], [3, 4, 5, 6]),
      },
      outputs: { output: flat('complex64', [2], [1, 2, 5, 6]) },
    },
    {
      name: 'keeps NaN that is not chosen out',
      inputs: { condition: bool([true, false]), X: f32([1, Number.NaN]), Y: f32([Number.NaN, 2]) },
      outputs: { output: f32([1, 2]) },
    },
    {
      name: 'takes no elements',
      inputs: { condition: bool(true), X: i64([]), Y: i64([1]) },
      outputs: { output: i64([]) },
    },
  ],
  symbolic: [
    {
      name: 'broadcasts',
      inputs: { condition: 'bool[N,1]', X: 'float32[3]', Y: 'float32[]' },
      outputs: ['float32[N,3]'],
    },
    {
      name: 'tracks',
      inputs: { condition: 'bool[3]{1,0,1}', X: i64([7]), Y: 'int64[3]{N,M,2}' },
      outputs: ['int64[3]{7,M,7}'],
    },
    {
      name: 'needs no condition between equals',
      inputs: { condition: 'bool[1]', X: 'int64[1]{N}', Y: 'int64[1]{N}' },
      outputs: ['int64[1]{?}'],
    },
  ],
  random: (g) => {
    const shape = g.shape()
    return {
      inputs: {
        condition: g.tensor('bool', shape.slice(1)),
        X: g.tensor('float32', shape),
        Y: g.tensor('float32', []),
      },
    }
  },
  invalid: [
    {
      name: 'a condition of numbers',
      inputs: { condition: f32([1]), X: f32([1]), Y: f32([1]) },
      code: 'SLP-O2',
      message: 'condition must be one of bool',
    },
    {
      name: 'two types',
      inputs: { condition: bool([true]), X: f32([1]), Y: i64([1]) },
      code: 'SLP-O2',
      message: 'Y must have the type float32',
    },
  ],
})
