import { dtypeInfo, isInt64 } from '../base/dtype.ts'
import { wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { refuseValue } from './refuse.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { floats, numbers } from './types.ts'

const outputTypes = [...numbers, 'bool'] as const

/**
 * 1 with the probability that each element of the input states, else 0; without dtype in the type of the
 * input.
 */
export const bernoulli = defineOp({
  name: 'Bernoulli',
  since: [15, 22],
  types: { T1: floats, T2: outputTypes },
  inputs: { input: one('T1') },
  outputs: { output: one('T2') },
  attrs: { dtype: attr.optional.int(), seed: attr.optional.float() },
  traits: ['random'],
  infer: ({ input }, { dtype }) => ({
    output: tensorFact(dtypeOfAttr('dtype', dtype, outputTypes, input.dtype), input.shape),
  }),
  reference: ({ input }, attrs, { random }) => {
    const dtype = dtypeOfAttr('dtype', attrs.dtype, outputTypes, input.dtype)
    const output = wideZeros(dtype, input.shape)
    const stream = random(attrs.seed)
    for (let i = 0; i < input.data.length; i++) {
      const probability = Number(input.data[i])
      if (!(probability >= 0 && probability <= 1))
        refuseValue('a probability must lie in [0, 1]', probability)
      const bit = stream.uniform() < probability ? 1 : 0
      output.data[i] = isInt64(dtype) ? BigInt(bit) : bit
    }
    return { output }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    build: (b, { input }, { dtype, seed }, { inputs }) => {
      const own = inputs.input.dtype
      const target = dtypeInfo(dtypeOfAttr('dtype', dtype, outputTypes, own)).code
      // A number below 1 could be rounded up to 1 in the narrow types, so the comparison is in float32 at least.
      const compared = own === 'float64' ? 'float64' : 'float32'
      const { code } = dtypeInfo(compared)
      const probability = own === compared ? input : b.node('Cast', [input], { to: code })
      const uniform = b.node('RandomUniformLike', [input], {
        dtype: code,
        ...(seed !== undefined && { seed: { kind: 'float', value: seed } as const }),
      })
      return { output: b.node('Cast', [b.node('Less', [uniform, probability])], { to: target }) }
    },
  },
})
