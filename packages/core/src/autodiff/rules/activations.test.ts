import { float } from '../../ir/builder.ts'
import { celu } from '../../ops/celu.ts'
import { elu } from '../../ops/elu.ts'
import { gelu } from '../../ops/gelu.ts'
import { hardSigmoid } from '../../ops/hard-sigmoid.ts'
import { hardSwish } from '../../ops/hard-swish.ts'
import { leakyRelu } from '../../ops/leaky-relu.ts'
import { mish } from '../../ops/mish.ts'
import { prelu } from '../../ops/prelu.ts'
import { relu } from '../../ops/relu.ts'
import { selu } from '../../ops/selu.ts'
import { shrink } from '../../ops/shrink.ts'
import { softplus } from '../../ops/softplus.ts'
import { softsign } from '../../ops/softsign.ts'
import { swiglu } from '../../ops/swiglu.ts'
import { swish } from '../../ops/swish.ts'
import { thresholdedRelu } from '../../ops/thresholded-relu.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const X = spread([3, 11], { low: -5, high: 5 })
const plain = { name: 'on both sides of its kinks', inputs: { X } }

gradTest(relu, [plain])
gradTest(leakyRelu, [plain, { name: 'a steeper slope', inputs: { X }, attrs: { alpha: 0.3 } }])
gradTest(elu, [plain, { name: 'another alpha', inputs: { X }, attrs: { alpha: 0.5 } }])
gradTest(selu, [plain, { name: 'other numbers', inputs: { X }, attrs: { alpha: 0.5, gamma: float(2) } }])
gradTest(softplus, [plain])
gradTest(softsign, [{ name: 'on both sides', inputs: { input: X } }])
gradTest(hardSigmoid, [plain, { name: 'other numbers', inputs: { X }, attrs: { alpha: 0.4, beta: 0.3 } }])
gradTest(hardSwish, [plain])
gradTest(mish, [plain])
gradTest(swish, [plain, { name: 'another alpha', inputs: { X }, attrs: { alpha: 1.7 } }])
gradTest(gelu, [plain, { name: 'tanh', inputs: { X }, attrs: { approximate: 'tanh' } }])
gradTest(celu, [plain, { name: 'another alpha', inputs: { X }, attrs: { alpha: 0.5 } }])
gradTest(prelu, [
  { name: 'a slope for each column', inputs: { X, slope: spread([11], { low: 0.1 }) } },
  { name: 'a slope for each row', inputs: { X, slope: spread([3, 1]) } },
  { name: 'one slope', inputs: { X, slope: spread([1], { low: 0.1 }) } },
])
gradTest(thresholdedRelu, [plain, { name: 'another alpha', inputs: { X }, attrs: { alpha: 0.21 } }])
gradTest(shrink, [
  { name: 'as it is', inputs: { input: X } },
  { name: 'other numbers', inputs: { input: X }, attrs: { lambd: 1.01, bias: 0.4 } },
])
gradTest(swiglu, [
  { name: 'as it is', inputs: { A: X, B: spread([3, 11]) } },
  { name: 'another alpha', inputs: { A: X, B: spread([3, 11]) }, attrs: { alpha: 1.7 } },
])
