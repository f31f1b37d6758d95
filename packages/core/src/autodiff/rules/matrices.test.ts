import { inverse } from '../../ops/contrib/inverse.ts'
import { det } from '../../ops/det.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { f64 } from '../../testing/literals.ts'

const cases = [
  {
    name: 'one matrix',
    inputs: {
      X: f64([
        [2, 0.3, -0.4],
        [0.1, 1.5, 0.2],
        [0.5, -0.3, 1],
      ]),
    },
  },
  { name: 'a batch', inputs: { X: spread([3, 2, 2], { low: 0.5, high: 2 }) }, tolerance: 1e-3 },
]
gradTest(det, cases)
gradTest(inverse, cases)
