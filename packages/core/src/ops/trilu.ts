import { typeText } from '../base/value.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { emitTriangle } from './lower/fill.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { selectElements } from './shared/movement.ts'
import { requireScalar } from './shared/require.ts'
import { tensorsIr4 } from './types.ts'

/** The triangle of each matrix on and above (upper) or on and below the k-th diagonal; zero elsewhere. */
export const trilu = defineOp({
  name: 'Trilu',
  since: [14],
  types: { T: tensorsIr4 },
  inputs: { input: one('T'), k: maybe('int64') },
  outputs: { output: one('T') },
  attrs: { upper: attr.int(1) },
  traits: ['inplace'],
  infer: ({ input, k }) => {
    if (input.shape && input.shape.length < 2)
      refuse('input must have at least two axes', typeText(input.type))
    requireScalar('k', k)
    return { output: tensorFact(input.dtype, input.shape) }
  },
  reference: ({ input, k }, { upper }) => {
    const [rows, columns] = [input.shape.at(-2)!, input.shape.at(-1)!]
    const diagonal = Number(k?.data[0] ?? 0)
    const output = selectElements(input, input.shape, (i) => {
      const offset = (i % columns) - (Math.floor(i / columns) % rows)
      return (upper !== 0 ? offset >= diagonal : offset <= diagonal) ? i : -1
    })
    return { output }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ input, k }, { output }, { upper }, context) =>
      emitTriangle(input, output, { diagonal: k, isUpper: upper !== 0 }, context),
  },
})
