import { dtypeInfo } from '../base/dtype.ts'
import { wideZeros } from '../base/wide.ts'
import { defineOp } from './define.ts'
import { powerOf } from './lower/power.ts'
import { one } from './param.ts'
import { broadcastAll, broadcastInfer } from './shared/broadcast.ts'
import { integerPower, realPower } from './shared/math/power.ts'
import { floats, indexInts, numbers } from './types.ts'

/** X to the power of Y, in the dtype of X, with broadcasting. Integers wrap around; a fraction is cut off. */
export const pow = defineOp({
  name: 'Pow',
  since: [1, 7, 12, 13, 15],
  types: { T: [...floats, ...indexInts], T1: numbers },
  inputs: { X: one('T'), Y: one('T1') },
  outputs: { Z: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X, Y }) => ({ Z: broadcastInfer([X, Y], X.dtype) }),
  reference: ({ X, Y }) => {
    const { shape, tensors } = broadcastAll([X, Y])
    const [base, exponent] = [tensors[0]!.data, tensors[1]!.data]
    const out = wideZeros(X.dtype, shape)
    const { kind, bits } = dtypeInfo(X.dtype)
    for (let i = 0; i < base.length; i++) {
      if (kind === 'float') out.data[i] = realPower(Number(base[i]), Number(exponent[i]))
      else {
        const power = BigInt.asIntN(bits, integerPower(BigInt(base[i]!), exponent[i]!))
        out.data[i] = out.data instanceof Float64Array ? Number(power) : power
      }
    }
    return { Z: out }
  },
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ X, Y }) => powerOf(X, Y) },
})
