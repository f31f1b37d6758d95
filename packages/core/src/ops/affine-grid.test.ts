import { flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { affineGrid } from './affine-grid.ts'

const identity = flat('float32', [1, 2, 3], [1, 0, 0, 0, 1, 0])

opTest(affineGrid, {
  cases: [
    {
      name: 'lists element centres, x before y',
      inputs: { theta: identity, size: i64([1, 1, 1, 2]) },
      outputs: { grid: flat('float32', [1, 1, 2, 2], [-0.5, 0, 0.5, 0]) },
    },
    {
      name: 'reaches both ends with align_corners',
      inputs: { theta: identity, size: i64([1, 1, 2, 2]) },
      attrs: { align_corners: 1 },
      outputs: { grid: flat('float32', [1, 2, 2, 2], [-1, -1, 1, -1, -1, 1, 1, 1]) },
    },
    {
      name: 'maps three axes',
      inputs: {
        theta: flat('float32', [1, 3, 4], [0, 0, 1, 10, 0, 1, 0, 20, 1, 0, 0, 30]),
        size: i64([1, 1, 2, 1, 1]),
      },
      outputs: { grid: flat('float32', [1, 2, 1, 1, 3], [9.5, 20, 30, 10.5, 20, 30]) },
    },
  ],
  symbolic: [
    {
      name: 'takes sizes',
      inputs: { theta: 'float32[N,2,3]', size: i64([1, 3, 8, 9]) },
      outputs: ['float32[N,8,9,2]'],
    },
    {
      name: 'knows the rank from theta',
      inputs: { theta: 'float32[N,3,4]', size: 'int64[M]' },
      outputs: ['float32[N,node.size,node.size1,node.size2,3]'],
    },
  ],
  random: (g) => {
    const [rank, batch] = [g.int(2, 3), g.int(1, 2)]
    const sizes = Array.from({ length: rank }, () => g.int(1, 4))
    return {
      inputs: { theta: g.tensor('float32', [batch, rank, rank + 1]), size: i64([batch, 1, ...sizes]) },
      attrs: { align_corners: g.int(0, 1) },
    }
  },
  invalid: [
    {
      name: 'one axis',
      inputs: { theta: identity, size: i64([1, 1, 2]) },
      code: 'SLP-O2',
      message: 'size must have 4 or 5 elements, got 3',
    },
    {
      name: 'another batch',
      inputs: { theta: identity, size: i64([2, 1, 2, 2]) },
      code: 'SLP-O4',
      message: 'size must begin with the batch of theta, 1, got 2',
    },
  ],
})
