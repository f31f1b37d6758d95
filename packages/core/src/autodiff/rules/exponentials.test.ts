import { exp } from '../../ops/exp.ts'
import { log } from '../../ops/log.ts'
import { sqrt } from '../../ops/sqrt.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

gradTest(exp, [{ name: 'either sign', inputs: { input: spread([3, 7]) } }])
gradTest(log, [{ name: 'positive', inputs: { input: spread([3, 7], { low: 0.1 }) } }])
gradTest(sqrt, [{ name: 'positive', inputs: { X: spread([3, 7], { low: 0.1 }) } }])
