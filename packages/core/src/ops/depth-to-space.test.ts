import { describe, expect, it } from 'vitest'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { interpret } from '../reference/interpret.ts'
import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { centerCropPad } from './center-crop-pad.ts'
import { depthToSpace } from './depth-to-space.ts'
import { reverseSequence } from './reverse-sequence.ts'
import { spaceToDepth } from './space-to-depth.ts'

const iota = (...shape: number[]) => {
  const count = shape.reduce((a, b) => a * b, 1)
  return flat(
    'float32',
    shape,
    Array.from({ length: count }, (_, i) => i),
  )
}

opTest(depthToSpace, {
  cases: [
    {
      name: 'bits that all dtypes hold',
      inputs: { input: flat('float32', [1, 4, 1, 1], [1, 0, 0, 1]) },
      attrs: { blocksize: 2 },
      outputs: { output: flat('float32', [1, 1, 2, 2], [1, 0, 0, 1]) },
    },
    {
      name: 'DCR',
      inputs: { input: iota(1, 8, 1, 1) },
      attrs: { blocksize: 2 },
      outputs: { output: flat('float32', [1, 2, 2, 2], [0, 2, 4, 6, 1, 3, 5, 7]) },
    },
    {
      name: 'CRD',
      inputs: { input: iota(1, 8, 1, 1) },
      attrs: { blocksize: 2, mode: 'CRD' },
      outputs: { output: flat('float32', [1, 2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]) },
    },
  ],
  symbolic: [
    {
      name: 'names',
      inputs: { input: 'int8[N,16,H,3]' },
      attrs: { blocksize: 2 },
      outputs: ['int8[N,4,2*H,6]'],
    },
    {
      name: 'an unknown rank',
      inputs: { input: 'int8[*]' },
      attrs: { blocksize: 1 },
      outputs: ['int8[node.batch,node.channels1,node.height2,node.width3]'],
    },
  ],
  invalid: [
    {
      name: 'too few channels',
      inputs: { input: iota(1, 6, 1, 1) },
      attrs: { blocksize: 2 },
      code: 'SLP-O2',
      message: 'channels must be a multiple of 4, got 6',
    },
    {
      name: 'a matrix',
      inputs: { input: iota(2, 2) },
      attrs: { blocksize: 2 },
      code: 'SLP-O2',
      message: 'input must have rank 4',
    },
    {
      name: 'blocks of 0',
      inputs: { input: iota(1, 6, 1, 1) },
      attrs: { blocksize: 0 },
      code: 'SLP-O2',
      message: 'blocksize must be 1 or more',
    },
  ],
})

opTest(spaceToDepth, {
  cases: [
    {
      name: 'bits that every dtype holds',
      inputs: { input: flat('float32', [1, 1, 2, 2], [1, 0, 0, 1]) },
      attrs: { blocksize: 2 },
      outputs: { output: flat('float32', [1, 4, 1, 1], [1, 0, 0, 1]) },
    },
    {
      name: 'DCR',
      inputs: { input: iota(1, 2, 2, 4) },
      attrs: { blocksize: 2 },
      outputs: {
        output: flat('float32', [1, 8, 1, 2], [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15]),
      },
    },
    {
      name: 'CRD',
      inputs: { input: iota(1, 2, 2, 4) },
      attrs: { blocksize: 2, mode: 'CRD' },
      outputs: {
        output: flat('float32', [1, 8, 1, 2], [0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15]),
      },
    },
  ],
  symbolic: [
    {
      name: 'names',
      inputs: { input: 'int8[N,C,4,2*W]' },
      attrs: { blocksize: 2 },
      outputs: ['int8[N,4*C,2,W]'],
    },
  ],
  invalid: [
    {
      name: 'an odd height',
      inputs: { input: iota(1, 1, 3, 2) },
      attrs: { blocksize: 2 },
      code: 'SLP-O2',
      message: 'height must be a multiple of 2, got 3',
    },
  ],
})

describe('SpaceToDepth', () => {
  for (const mode of ['DCR', 'CRD']) {
    it(`undoes DepthToSpace in mode ${mode}`, () => {
      const b = graphBuilder()
      b.input('x', tensorType('float32'))
      const y = b.node('DepthToSpace', ['x'], { blocksize: 3, mode })
      const z = b.node('SpaceToDepth', [y], { blocksize: 3, mode })
      const x = iota(2, 18, 2, 3)
      expect(interpret(b.build([z]), new Map([['x', x]])).get(z)).toEqual(x)
    })
  }
})

opTest(centerCropPad, {
  cases: [
    {
      name: 'pads, the odd element at the end',
      inputs: { input_data: f32([1, 1]), shape: i64([5]) },
      outputs: { output_data: f32([0, 1, 1, 0, 0]) },
    },
    {
      name: 'crops, the odd element at the end',
      inputs: { input_data: f32([1, 2, 3, 4, 5]), shape: i64([2]) },
      outputs: { output_data: f32([2, 3]) },
    },
    {
      name: 'one axis',
      inputs: { input_data: f32([[1, 2, 3]]), shape: i64([1]) },
      attrs: { axes: [-1] },
      outputs: { output_data: f32([[2]]) },
    },
    {
      name: 'both at once',
      inputs: { input_data: f32([[1, 2, 3]]), shape: i64([2, 1]) },
      outputs: { output_data: f32([[2], [0]]) },
    },
  ],
  symbolic: [
    {
      name: 'named axes',
      inputs: { input_data: 'int8[N,3,H]', shape: i64([4]) },
      attrs: { axes: [1] },
      outputs: ['int8[N,4,H]'],
    },
    {
      name: 'unknown sizes',
      inputs: { input_data: 'int8[N,3]', shape: 'int64[2]' },
      outputs: ['int8[node.size,node.size1]'],
    },
    {
      name: 'a rank from the sizes',
      inputs: { input_data: 'int8[*]', shape: i64([4, 5]) },
      outputs: ['int8[4,5]'],
    },
    {
      name: 'an unknown rank',
      inputs: { input_data: 'int8[*]', shape: i64([4]) },
      attrs: { axes: [1] },
      outputs: ['int8[*]'],
    },
  ],
  random: (g) => {
    const shape = g.shape({ rank: [1, 3] })
    return { inputs: { input_data: g.tensor('float32', shape), shape: i64(shape.map(() => g.int(0, 6))) } }
  },
  invalid: [
    {
      name: 'fewer sizes',
      inputs: { input_data: f32([[1]]), shape: i64([1]) },
      code: 'SLP-O2',
      message: 'shape must have 2 elements, got 1',
    },
    {
      name: 'a negative size',
      inputs: { input_data: f32([1]), shape: i64([-1]) },
      code: 'SLP-O2',
      message: 'sizes must not be negative',
    },
  ],
})

const sequences = f32([
  [1, 0],
  [0, 1],
  [1, 1],
])

opTest(reverseSequence, {
  cases: [
    {
      name: 'time first',
      inputs: { input: sequences, sequence_lens: i64([2, 3]) },
      outputs: {
        Y: f32([
          [0, 1],
          [1, 1],
          [1, 0],
        ]),
      },
    },
    {
      name: 'batch first',
      inputs: { input: sequences, sequence_lens: i64([2, 2, 0]) },
      attrs: { batch_axis: 0, time_axis: 1 },
      outputs: {
        Y: f32([
          [0, 1],
          [1, 0],
          [1, 1],
        ]),
      },
    },
    {
      name: 'slices',
      inputs: { input: iota(2, 1, 2), sequence_lens: i64([2]) },
      outputs: { Y: flat('float32', [2, 1, 2], [2, 3, 0, 1]) },
    },
  ],
  symbolic: [
    {
      name: 'the same shape',
      inputs: { input: 'int8[T,B,4]', sequence_lens: 'int64[B]' },
      outputs: ['int8[T,B,4]'],
    },
  ],
  invalid: [
    {
      name: 'a length outside',
      inputs: { input: sequences, sequence_lens: i64([4, 1]) },
      code: 'SLP-O4',
      message: 'sequence_lens must lie in [0, 3]',
    },
    {
      name: 'fewer lengths',
      inputs: { input: sequences, sequence_lens: i64([1]) },
      code: 'SLP-O2',
      message: 'sequence_lens must have 2 elements',
    },
    {
      name: 'one axis for both',
      inputs: { input: sequences, sequence_lens: i64([1, 1]) },
      attrs: { time_axis: 1 },
      code: 'SLP-O2',
      message: 'must be 0 and 1, or 1 and 0',
    },
  ],
})
