import { acos } from '../../ops/acos.ts'
import { acosh } from '../../ops/acosh.ts'
import { asin } from '../../ops/asin.ts'
import { asinh } from '../../ops/asinh.ts'
import { atan } from '../../ops/atan.ts'
import { atanh } from '../../ops/atanh.ts'
import { cosh } from '../../ops/cosh.ts'
import { sinh } from '../../ops/sinh.ts'
import { tan } from '../../ops/tan.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const between = (low: number, high: number) => [
  { name: `${low} to ${high}`, inputs: { input: spread([3, 7], { low, high }) } },
]

gradTest(tan, between(-1.3, 1.3))
gradTest(sinh, between(-3, 3))
gradTest(cosh, between(-3, 3))
gradTest(asin, between(-0.95, 0.95))
gradTest(acos, between(-0.95, 0.95))
gradTest(atan, between(-3, 3))
gradTest(asinh, between(-3, 3))
gradTest(acosh, between(1.1, 3))
gradTest(atanh, between(-0.95, 0.95))
