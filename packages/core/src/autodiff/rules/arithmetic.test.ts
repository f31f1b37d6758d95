import { add } from '../../ops/add.ts'
import { div } from '../../ops/div.ts'
import { mul } from '../../ops/mul.ts'
import { neg } from '../../ops/neg.ts'
import { sub } from '../../ops/sub.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const broadcasts = (low: number) => [
  { name: 'equal shapes', inputs: { A: spread([3, 5]), B: spread([3, 5], { low }) } },
  { name: 'a row and a column', inputs: { A: spread([1, 5]), B: spread([3, 1], { low }) } },
  { name: 'fewer axes', inputs: { A: spread([7]), B: spread([2, 1, 7], { low }) } },
  { name: 'a scalar', inputs: { A: spread([2, 3]), B: spread([], { low }) } },
]

gradTest(add, broadcasts(-1.5))
gradTest(sub, broadcasts(-1.5))
gradTest(mul, broadcasts(-1.5))
gradTest(div, broadcasts(0.5))
gradTest(neg, [{ name: 'any shape', inputs: { X: spread([2, 3]) } }])
