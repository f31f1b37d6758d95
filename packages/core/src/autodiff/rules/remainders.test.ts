import { eyeLike } from '../../ops/eye-like.ts'
import { hardmax } from '../../ops/hardmax.ts'
import { mod } from '../../ops/mod.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const A = spread([3, 5], { low: -5, high: 5 })
gradTest(mod, [
  { name: 'floored', inputs: { A, B: spread([5], { low: 0.6, high: 2 }) } },
  { name: 'floored, below zero', inputs: { A, B: spread([3, 1], { low: -1.9, high: -0.6 }) } },
  { name: 'truncated', inputs: { A, B: spread([5], { low: -2, high: -0.6 }) }, attrs: { fmod: 1 } },
])
gradTest(hardmax, [{ name: 'is zero', inputs: { input: spread([3, 4]) } }])
gradTest(eyeLike, [{ name: 'is zero', inputs: { input: spread([3, 4]) } }])
