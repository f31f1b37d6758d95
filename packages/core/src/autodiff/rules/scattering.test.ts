import { scatterElements } from '../../ops/scatter-elements.ts'
import { scatterNd } from '../../ops/scatter-nd.ts'
import { tensorScatter } from '../../ops/tensor-scatter.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { f64, i64 } from '../../testing/literals.ts'

const apart = {
  data: spread([3, 4]),
  indices: i64([
    [0, 2],
    [1, -1],
  ]),
  updates: spread([2, 2], { low: -1.1 }),
}
const twice = {
  ...apart,
  indices: i64([
    [2, 2],
    [1, 1],
  ]),
}
const combined = ['add', 'mul', 'max', 'min'] as const

gradTest(scatterElements, [
  { name: 'replaced', inputs: apart, attrs: { axis: 1 } },
  ...combined.map((reduction) => ({
    name: `${reduction}, some twice`,
    inputs: twice,
    attrs: { axis: -1, reduction },
  })),
  {
    name: 'products with zeros',
    inputs: { data: f64([2, 0, 3, 0]), indices: i64([0, 0, 1, 2, 2, 3]), updates: f64([0, 5, 2, 0, 0, 0]) },
    attrs: { axis: 0, reduction: 'mul' },
  },
])

const rows = { data: spread([4, 3]), indices: i64([[2], [0], [2]]), updates: spread([3, 3], { low: -1.1 }) }
gradTest(scatterNd, [
  { name: 'slices', inputs: { ...rows, indices: i64([[2], [0], [-1]]) } },
  {
    name: 'elements',
    inputs: {
      data: spread([2, 3]),
      indices: i64([
        [0, 1],
        [1, 2],
      ]),
      updates: spread([2], { low: -1 }),
    },
  },
  ...combined.map((reduction) => ({ name: `${reduction}, some twice`, inputs: rows, attrs: { reduction } })),
])

const cache = spread([2, 3, 5, 4])
gradTest(tensorScatter, [
  { name: 'from the start', inputs: { past_cache: cache, update: spread([2, 3, 2, 4], { low: -1.1 }) } },
  {
    name: 'from places',
    inputs: { past_cache: cache, update: spread([2, 3, 2, 4], { low: -1.1 }), write_indices: i64([3, 1]) },
  },
  {
    name: 'round the end, along axis 1',
    inputs: {
      past_cache: spread([2, 5, 3]),
      update: spread([2, 4, 3], { low: -1.1 }),
      write_indices: i64([3, 1]),
    },
    attrs: { axis: 1, mode: 'circular' },
  },
])
