import { averagePool } from '../../ops/average-pool.ts'
import { globalAveragePool } from '../../ops/global-average-pool.ts'
import { globalLpPool } from '../../ops/global-lp-pool.ts'
import { globalMaxPool } from '../../ops/global-max-pool.ts'
import { lpPool } from '../../ops/lp-pool.ts'
import { maxPool } from '../../ops/max-pool.ts'
import { maxUnpool } from '../../ops/max-unpool.ts'
import { maxPoolGrad } from '../../ops/slipway/max-pool-grad.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { flat, i64 } from '../../testing/literals.ts'

const X = spread([2, 3, 7, 9])

const windows = [
  { name: 'windows side by side', attrs: { kernel_shape: [2, 2], strides: [2, 2] } },
  { name: 'overlaps', attrs: { kernel_shape: [3, 3], strides: [2, 2] } },
  { name: 'padding', attrs: { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] } },
  { name: 'dilations', attrs: { kernel_shape: [2, 3], dilations: [3, 2] } },
  { name: 'ceil_mode', attrs: { kernel_shape: [3, 3], strides: [3, 2], ceil_mode: 1, pads: [1, 0, 1, 1] } },
  { name: 'SAME_UPPER', attrs: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' } },
  { name: 'SAME_LOWER', attrs: { kernel_shape: [2, 4], auto_pad: 'SAME_LOWER' } },
] as const
const over = (x: typeof X) => windows.map((one) => ({ ...one, inputs: { X: x } }))
const line = { name: 'lines', inputs: { X: spread([2, 2, 11]) }, attrs: { kernel_shape: [3], strides: [2] } }
const volume = {
  name: 'volumes',
  inputs: { X: spread([1, 2, 4, 3, 5]) },
  attrs: { kernel_shape: [2, 2, 2], strides: [2, 1, 2] },
}

gradTest(maxPool, [
  ...over(X),
  line,
  volume,
  { ...windows[1], name: 'with indices', inputs: { X }, outputs: 2 },
])
gradTest(averagePool, [
  ...over(X),
  ...over(X).map((one) => ({
    ...one,
    name: `${one.name}, padding counts`,
    attrs: { ...one.attrs, count_include_pad: 1 },
  })),
  line,
  volume,
])
gradTest(lpPool, [
  ...over(X),
  ...[1, 3].map((p) => ({ ...line, name: `p ${p}`, attrs: { ...line.attrs, p } })),
])
gradTest(globalAveragePool, [{ name: 'planes', inputs: { X } }])
gradTest(globalMaxPool, [
  { name: 'planes', inputs: { X } },
  { name: 'lines', inputs: line.inputs },
])
gradTest(globalLpPool, [
  { name: 'planes', inputs: { X } },
  ...[1, 3].map((p) => ({ name: `p ${p}`, inputs: { X }, attrs: { p } })),
])
gradTest(maxPoolGrad, [
  { ...windows[1], inputs: { X, dY: spread([2, 3, 3, 4]) } },
  { ...windows[0], inputs: { X, dY: spread([2, 3, 3, 4]) } },
])
gradTest(maxUnpool, [
  {
    name: 'natural size',
    inputs: { X: spread([1, 2, 2, 1]), I: flat('int64', [1, 2, 2, 1], [0, 5, 13, 10]) },
    attrs: { kernel_shape: [2, 2], strides: [2, 2] },
  },
  {
    name: 'larger output',
    inputs: {
      X: spread([1, 1, 2, 2]),
      I: flat('int64', [1, 1, 2, 2], [0, 6, 9, 15]),
      output_shape: i64([1, 1, 5, 6]),
    },
    attrs: { kernel_shape: [2, 2], strides: [2, 2] },
  },
])
