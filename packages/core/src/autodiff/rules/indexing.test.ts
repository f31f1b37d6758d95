import { compress } from '../../ops/compress.ts'
import { gather } from '../../ops/gather.ts'
import { gatherElements } from '../../ops/gather-elements.ts'
import { gatherNd } from '../../ops/gather-nd.ts'
import { oneHot } from '../../ops/one-hot.ts'
import { embeddingGrad } from '../../ops/slipway/embedding-grad.ts'
import { topK } from '../../ops/top-k.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { bool, i64 } from '../../testing/literals.ts'

gradTest(gather, [
  { name: 'rows, some twice', inputs: { data: spread([5, 3]), indices: i64([4, 0, 4, -2]) } },
  {
    name: 'an inner axis by a matrix',
    inputs: {
      data: spread([2, 5, 3]),
      indices: i64([
        [1, 1],
        [4, 0],
        [0, 2],
      ]),
    },
    attrs: { axis: 1 },
  },
  { name: 'one', inputs: { data: spread([2, 5]), indices: i64(3) }, attrs: { axis: -1 } },
])
gradTest(embeddingGrad, [
  {
    name: 'some twice',
    inputs: {
      indices: i64([
        [2, 0],
        [-1, 2],
      ]),
      gradient: spread([2, 2, 3]),
      rows: i64(4),
    },
  },
])
gradTest(gatherElements, [
  {
    name: 'some twice',
    inputs: {
      data: spread([3, 4]),
      indices: i64([
        [0, 3, 3],
        [1, 1, -1],
      ]),
    },
    attrs: { axis: 1 },
  },
])
gradTest(topK, [
  { name: 'the greatest', inputs: { X: spread([3, 7]), K: i64([3]) }, outputs: 2 },
  {
    name: 'the least along an axis',
    inputs: { X: spread([5, 3]), K: i64([2]) },
    attrs: { axis: 0, largest: 0 },
    outputs: 2,
  },
])
gradTest(gatherNd, [
  {
    name: 'elements, some twice',
    inputs: {
      data: spread([3, 4]),
      indices: i64([
        [0, 1],
        [-1, 2],
        [0, 1],
      ]),
    },
  },
  {
    name: 'slices',
    inputs: {
      data: spread([3, 4, 2]),
      indices: i64([
        [
          [0, 3],
          [1, 1],
        ],
      ]),
    },
  },
  {
    name: 'in batches',
    inputs: {
      data: spread([2, 3, 4, 2]),
      indices: i64([
        [
          [[1], [3]],
          [[0], [0]],
          [[2], [-1]],
        ],
        [
          [[1], [1]],
          [[2], [0]],
          [[3], [-1]],
        ],
      ]),
    },
    attrs: { batch_dims: 2 },
  },
])
gradTest(compress, [
  {
    name: 'rows',
    inputs: { input: spread([4, 3]), condition: bool([true, false, true]) },
    attrs: { axis: 0 },
    compiled: false,
  },
  {
    name: 'columns',
    inputs: { input: spread([2, 3]), condition: bool([false, true, true]) },
    attrs: { axis: -1 },
  },
  { name: 'elements', inputs: { input: spread([2, 3]), condition: bool([false, true, true, false, true]) } },
])
gradTest(oneHot, [
  { name: 'the last axis', inputs: { indices: i64([2, 0, -1, 7]), depth: i64(3), values: spread([2]) } },
  {
    name: 'the first axis',
    inputs: {
      indices: i64([
        [2, 0],
        [1, 1],
      ]),
      depth: i64(3),
      values: spread([2]),
    },
    attrs: { axis: 0 },
  },
])
