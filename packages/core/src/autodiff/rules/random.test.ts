import { tensor } from '../../base/tensor.ts'
import { bernoulli } from '../../ops/bernoulli.ts'
import { dropout } from '../../ops/dropout.ts'
import { randomNormalLike } from '../../ops/random-normal-like.ts'
import { randomUniformLike } from '../../ops/random-uniform-like.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const trains = (value: boolean) => tensor('bool', [], Uint8Array.of(value ? 1 : 0))
const quarter = tensor('float32', [], Float32Array.of(0.25))

gradTest(dropout, [
  {
    name: 'while training',
    inputs: { data: spread([3, 5]), ratio: quarter, training_mode: trains(true) },
    attrs: { seed: 3 },
    outputs: 2,
  },
  {
    name: 'while training, with the ratio that is not given',
    inputs: { data: spread([7]), training_mode: trains(true) },
    attrs: { seed: 3 },
  },
  { name: 'afterwards', inputs: { data: spread([3, 5]), ratio: quarter, training_mode: trains(false) } },
  { name: 'without a mode', inputs: { data: spread([5]) } },
])
gradTest(bernoulli, [{ name: 'no slope', inputs: { input: spread([5], { low: 0.2, high: 0.8 }) } }])
gradTest(randomNormalLike, [{ name: 'no slope', inputs: { input: spread([5]) } }])
gradTest(randomUniformLike, [{ name: 'no slope', inputs: { input: spread([5]) } }])
