import { reduceL1 } from '../../ops/reduce-l1.ts'
import { reduceL2 } from '../../ops/reduce-l2.ts'
import { reduceLogSum } from '../../ops/reduce-log-sum.ts'
import { reduceLogSumExp } from '../../ops/reduce-log-sum-exp.ts'
import { reduceMax } from '../../ops/reduce-max.ts'
import { reduceMean } from '../../ops/reduce-mean.ts'
import { reduceMin } from '../../ops/reduce-min.ts'
import { reduceProd } from '../../ops/reduce-prod.ts'
import { reduceSum } from '../../ops/reduce-sum.ts'
import { reduceSumSquare } from '../../ops/reduce-sum-square.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { f64, i64 } from '../../testing/literals.ts'

const data = spread([3, 4, 5])
const cases = [
  { name: 'all axes', inputs: { data } },
  { name: 'all axes, gone', inputs: { data }, attrs: { keepdims: 0 } },
  { name: 'one axis', inputs: { data, axes: i64([1]) } },
  { name: 'a negative axis, gone', inputs: { data, axes: i64([-1]) }, attrs: { keepdims: 0 } },
  { name: 'two axes, gone', inputs: { data, axes: i64([2, 0]) }, attrs: { keepdims: 0 } },
  { name: 'no axes at all', inputs: { data }, attrs: { noop_with_empty_axes: 1 } },
  { name: 'a scalar', inputs: { data: spread([]) } },
]

gradTest(reduceSum, cases)
gradTest(reduceMean, cases)
gradTest(reduceMax, cases)
gradTest(reduceMin, cases)
gradTest(reduceL1, cases)
gradTest(reduceL2, cases)
gradTest(reduceSumSquare, cases)
gradTest(reduceLogSumExp, cases)
gradTest(
  reduceLogSum,
  cases.map((one) => ({
    ...one,
    inputs: { ...one.inputs, data: spread(one.inputs.data.shape, { low: 0.2 }) },
  })),
)
gradTest(reduceProd, [
  { name: 'one axis', inputs: { data, axes: i64([1]) } },
  { name: 'all axes', inputs: { data: spread([2, 3], { low: 0.5 }) }, attrs: { keepdims: 0 } },
  { name: 'no axes at all', inputs: { data }, attrs: { noop_with_empty_axes: 1 } },
  {
    name: 'zeros: none, one, and two in a row',
    inputs: {
      data: f64([
        [2, 3, 0.5],
        [2, 0, 0.5],
        [0, 3, 0],
      ]),
      axes: i64([-1]),
    },
  },
  {
    name: 'a zero among all',
    inputs: {
      data: f64([
        [2, 3],
        [0, 0.5],
      ]),
    },
  },
])
