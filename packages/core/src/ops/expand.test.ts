import { describe } from 'vitest'
import { f32, flat, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { expand } from './expand.ts'
import { tile } from './tile.ts'

describe('repeating elements', () => {
  opTest(expand, {
    cases: [
      {
        name: 'a column',
        inputs: { input: f32([[0], [1]]), shape: i64([2, 2]) },
        outputs: {
          output: f32([
            [0, 0],
            [1, 1],
          ]),
        },
      },
      {
        name: 'where the input is larger',
        inputs: { input: f32([1, 2]), shape: i64([2, 1]) },
        outputs: {
          output: f32([
            [1, 2],
            [1, 2],
          ]),
        },
      },
      {
        name: 'to nothing',
        inputs: { input: f32([1]), shape: i64([0]) },
        outputs: { output: flat('float32', [0], []) },
      },
      { name: 'strings', inputs: { input: str('a'), shape: i64([2]) }, outputs: { output: str(['a', 'a']) } },
    ],
    symbolic: [
      { name: 'a known shape', inputs: { input: 'int8[N,1]', shape: i64([1, 4]) }, outputs: ['int8[N,4]'] },
      {
        name: 'an unknown shape',
        inputs: { input: 'int8[3,1]', shape: 'int64[3]' },
        outputs: ['int8[node.size,3,node.size1]'],
      },
      {
        name: 'keeps an empty axis under an unknown shape',
        inputs: { input: 'int8[0]', shape: 'int64[1]' },
        outputs: ['int8[0]'],
      },
      { name: 'an unknown length', inputs: { input: 'int8[3,1]', shape: 'int64[K]' }, outputs: ['int8[*]'] },
    ],
    invalid: [
      {
        name: 'sizes that differ',
        inputs: { input: f32([1, 2]), shape: i64([3]) },
        code: 'SLP-O2',
        message: 'the shapes must broadcast',
      },
      {
        name: 'a negative size',
        inputs: { input: f32([1]), shape: i64([-1]) },
        code: 'SLP-O2',
        message: 'sizes must not be negative',
      },
    ],
  })
  opTest(tile, {
    cases: [
      {
        name: 'both axes',
        inputs: { input: f32([[0, 1]]), repeats: i64([2, 2]) },
        outputs: {
          output: f32([
            [0, 1, 0, 1],
            [0, 1, 0, 1],
          ]),
        },
      },
      {
        name: 'to nothing',
        inputs: { input: f32([1]), repeats: i64([0]) },
        outputs: { output: flat('float32', [0], []) },
      },
    ],
    symbolic: [
      { name: 'multiplies', inputs: { input: 'int8[N,3]', repeats: i64([2, 1]) }, outputs: ['int8[2*N,3]'] },
      {
        name: 'unknown repeats',
        inputs: { input: 'int8[N,3]', repeats: 'int64[2]' },
        outputs: ['int8[node.size,node.size1]'],
      },
      {
        name: 'rank from repeats',
        inputs: { input: 'int8[*]', repeats: 'int64[1]' },
        outputs: ['int8[node.size]'],
      },
    ],
    invalid: [
      {
        name: 'fewer repeats',
        inputs: { input: f32([[1]]), repeats: i64([1]) },
        code: 'SLP-O2',
        message: 'repeats must have 2 elements',
      },
      {
        name: 'a negative count',
        inputs: { input: f32([1]), repeats: i64([-1]) },
        code: 'SLP-O2',
        message: 'repeats must not be negative',
      },
    ],
  })
})
