import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { emitEye } from './lower/fill.ts'
import { one } from './param.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { fromNumbers } from './shared/elementwise.ts'
import { requireRank } from './shared/require.ts'
import { numbers } from './types.ts'

const eyeTypes = [...numbers, 'bool'] as const

/** A matrix of the shape of the input, with ones on the k-th diagonal and zeros elsewhere. */
export const eyeLike = defineOp({
  name: 'EyeLike',
  since: [9, 22],
  types: { T1: eyeTypes, T2: eyeTypes },
  inputs: { input: one('T1') },
  outputs: { output: one('T2') },
  attrs: { dtype: attr.optional.int(), k: attr.int(0) },
  infer: ({ input }, { dtype }, { freshDim }) => {
    requireRank('input', input, 2)
    return {
      output: tensorFact(
        dtypeOfAttr('dtype', dtype, eyeTypes, input.dtype),
        input.shape ?? [freshDim('rows'), freshDim('columns')],
      ),
    }
  },
  reference: ({ input }, { dtype, k }) => {
    const [, columns] = input.shape
    const onDiagonal = (i: number) => (i % columns!) - Math.floor(i / columns!) === k
    return {
      output: fromNumbers(dtypeOfAttr('dtype', dtype, eyeTypes, input.dtype), input.shape, (i) =>
        onDiagonal(i) ? 1 : 0,
      ),
    }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: (_inputs, { output }, { k }, context) => emitEye(output, k, context),
  },
})
