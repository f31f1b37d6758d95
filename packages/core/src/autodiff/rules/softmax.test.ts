import { logSoftmax } from '../../ops/log-softmax.ts'
import { softmax } from '../../ops/softmax.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const cases = [
  { name: 'the last axis', inputs: { input: spread([3, 7]) } },
  { name: 'an inner axis', inputs: { input: spread([2, 5, 3]) }, attrs: { axis: 1 } },
]

gradTest(softmax, cases)
gradTest(logSoftmax, cases)
