import { f32, flat, i64, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { col2im } from './col2im.ts'
import { maxUnpool } from './max-unpool.ts'

const maxima = { X: f32([[[5, 7]]]), I: i64([[[1, 2]]]) }
const window = { kernel_shape: [2], strides: [2] }

opTest(maxUnpool, {
  cases: [
    { name: 'puts maxima back', inputs: maxima, attrs: window, outputs: { output: f32([[[0, 5, 7, 0]]]) } },
    {
      name: 'adds zeros at the ends',
      inputs: {
        X: flat('float32', [1, 1, 1, 2], [5, 7]),
        I: flat('int64', [1, 1, 1, 2], [0, 3]),
        output_shape: i64([1, 1, 2, 3]),
      },
      attrs: { kernel_shape: [2, 1] },
      outputs: { output: flat('float32', [1, 1, 2, 3], [5, 0, 0, 0, 7, 0]) },
    },
  ],
  symbolic: [
    {
      name: 'undoes the sizes of a pool',
      inputs: { X: 'float32[N,C,W]', I: 'int64[N,C,W]' },
      attrs: { kernel_shape: [3], strides: [2], pads: [1, 1] },
      outputs: ['float32[N,C,2*W-1]'],
    },
    {
      name: 'takes the output shape',
      inputs: { X: 'float32[*]', I: 'int64[*]', output_shape: i64([1, 2, 9]) },
      attrs: window,
      outputs: ['float32[1,2,9]'],
    },
  ],
  invalid: [
    {
      name: 'an index outside the output',
      inputs: { ...maxima, I: i64([[[1, 4]]]) },
      attrs: window,
      code: 'SLP-O4',
      message: 'I must lie in [0, 3], got 4',
    },
    {
      name: 'an output that is too small',
      inputs: { ...maxima, output_shape: i64([1, 1, 3]) },
      attrs: window,
      code: 'SLP-O4',
      message: 'output_shape must be at least [1,1,4]',
    },
  ],
})

const columns = f32([
  [
    [1, 2],
    [10, 20],
  ],
])
opTest(col2im, {
  everyDType: false, // strings cannot be added up
  cases: [
    {
      name: 'adds overlapping blocks',
      inputs: { input: columns, image_shape: i64([1, 3]), block_shape: i64([1, 2]) },
      outputs: { output: flat('float32', [1, 1, 1, 3], [1, 12, 20]) },
    },
    {
      name: 'strides, dilates and cuts padding off',
      inputs: { input: columns, image_shape: i64([3]), block_shape: i64([2]) },
      attrs: { strides: [1], dilations: [2], pads: [1, 0] },
      outputs: { output: f32([[[2, 10, 20]]]) },
    },
    {
      name: 'adds 64-bit integers',
      inputs: { input: i64([[[1, 2]]]), image_shape: i64([2]), block_shape: i64([1]) },
      outputs: { output: i64([[[1, 2]]]) },
    },
    {
      name: 'adds complex numbers',
      inputs: {
        input: flat('complex64', [1, 2, 2], [1, 2, 3, 4, 10, 20, 30, 40]),
        image_shape: i64([3]),
        block_shape: i64([2]),
      },
      outputs: { output: flat('complex64', [1, 1, 3], [1, 2, 13, 24, 30, 40]) },
    },
  ],
  symbolic: [
    {
      name: 'divides the columns by the block',
      inputs: { input: 'float32[N,12,L]', image_shape: i64([5, 5]), block_shape: i64([2, 2]) },
      outputs: ['float32[N,3,5,5]'],
    },
    {
      name: 'knows the rank from the strides',
      inputs: { input: 'float32[N,C,L]', image_shape: 'int64[R]', block_shape: 'int64[R]' },
      attrs: { strides: [1, 1] },
      outputs: ['float32[N,node.channels2,node.size,node.size1]'],
    },
  ],
  invalid: [
    {
      name: 'another number of blocks',
      inputs: { input: columns, image_shape: i64([4]), block_shape: i64([2]) },
      code: 'SLP-O2',
      message: 'the blocks of input must be 3, got 2',
    },
    {
      name: 'strings',
      inputs: { input: str([[['a']]]), image_shape: i64([1]), block_shape: i64([1]) },
      code: 'SLP-O2',
      message: 'input must be numeric',
    },
  ],
})
