import { float } from '../../ir/builder.ts'
import { elu } from '../../ops/elu.ts'
import { gelu } from '../../ops/gelu.ts'
import { hardSigmoid } from '../../ops/hard-sigmoid.ts'
import { hardSwish } from '../../ops/hard-swish.ts'
import { leakyRelu } from '../../ops/leaky-relu.ts'
import { mish } from '../../ops/mish.ts'
import { relu } from '../../ops/relu.ts'
import { selu } from '../../ops/selu.ts'
import { softplus } from '../../ops/softplus.ts'
import { softsign } from '../../ops/softsign.ts'
import { swish } from '../../ops/swish.ts'
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
