import { abs } from '../../ops/abs.ts'
import { cast } from '../../ops/cast.ts'
import { ceil } from '../../ops/ceil.ts'
import { cos } from '../../ops/cos.ts'
import { erf } from '../../ops/erf.ts'
import { floor } from '../../ops/floor.ts'
import { identity } from '../../ops/identity.ts'
import { reciprocal } from '../../ops/reciprocal.ts'
import { round } from '../../ops/round.ts'
import { sigmoid } from '../../ops/sigmoid.ts'
import { sign } from '../../ops/sign.ts'
import { sin } from '../../ops/sin.ts'
import { barrier } from '../../ops/slipway/barrier.ts'
import { tanh } from '../../ops/tanh.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const either = { name: 'either sign', inputs: { X: spread([3, 7], { low: -3.05, high: 3.05 }) } }
const input = { name: 'either sign', inputs: { input: spread([3, 7], { low: -3.05, high: 3.05 }) } }

gradTest(abs, [either])
gradTest(reciprocal, [{ name: 'positive', inputs: { X: spread([3, 7], { low: 0.5 }) } }])
gradTest(sin, [input])
gradTest(cos, [input])
gradTest(tanh, [input])
gradTest(sigmoid, [either])
gradTest(erf, [input])
gradTest(identity, [input])
gradTest(barrier, [
  { name: 'alone', inputs: { input: spread([3]) } },
  { name: 'with a token', inputs: { input: spread([3]), token: spread([2]) } },
])
gradTest(cast, [
  { name: 'to the same type', inputs: { input: spread([5]) }, attrs: { to: 11 }, compiled: false },
])
gradTest(sign, [input])
gradTest(floor, [either])
gradTest(ceil, [either])
gradTest(round, [either])
