import { type DType, tryDTypeOfCode } from '../base/dtype.ts'
import { typeText } from '../base/value.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { fromNumbers } from './shared/elementwise.ts'
import { numbers } from './types.ts'

const eyeTypes = [...numbers, 'bool'] as const

export const eyeLike = defineOp({
  name: 'EyeLike',
  doc: 'A matrix of the shape of the input, with ones on the k-th diagonal and zeros elsewhere.',
  since: [9, 22],
  types: { T1: eyeTypes, T2: eyeTypes },
  inputs: { input: one('T1') },
  outputs: { output: one('T2') },
  attrs: { dtype: attr.optional.int(), k: attr.int(0) },
  infer: ({ input }, { dtype }, { freshDim }) => {
    if (input.shape && input.shape.length !== 2) refuse('input must have two axes', typeText(input.type))
    return {
      output: tensorFact(
        outputDType(input.dtype, dtype),
        input.shape ?? [freshDim('rows'), freshDim('columns')],
      ),
    }
  },
  reference: ({ input }, { dtype, k }) => {
    const [, columns] = input.shape
    const onDiagonal = (i: number) => (i % columns!) - Math.floor(i / columns!) === k
    return {
      output: fromNumbers(outputDType(input.dtype, dtype), input.shape, (i) => (onDiagonal(i) ? 1 : 0)),
    }
  },
  gradient: 'none',
  lower: { kind: 'kernel' },
})

function outputDType(own: DType, code: number | undefined): DType {
  if (code === undefined) return own
  const dtype = tryDTypeOfCode(code)
  if (dtype && eyeTypes.some((allowed) => allowed === dtype)) return dtype
  return refuse(`dtype must be the code of one of ${eyeTypes.join(', ')}`, code)
}
