import { elementCount, normalizeAxis } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { numbersIn } from './shared/elements.ts'
import { withShape } from './shared/movement.ts'
import { pickAlongAxis } from './shared/pick.ts'
import { tensorsIr4 } from './types.ts'

/**
 * The slices along an axis, or the elements of the flattened input, for which the condition is true. A
 * condition that is too short counts as false at the end.
 */
export const compress = defineOp({
  name: 'Compress',
  since: [9, 11, 28],
  types: { T: tensorsIr4, T1: ['bool'] },
  inputs: { input: one('T'), condition: one('T1') },
  outputs: { output: one('T') },
  attrs: { axis: attr.optional.int() },
  infer: ({ input: { dtype, shape }, condition }, { axis }, { freshDim }) => {
    if (condition.shape && condition.shape.length !== 1) {
      refuse('condition must have rank 1', condition.shape.length)
    }
    if (shape?.length === 0) refuse('input must have an axis', 'a scalar')
    const { constant } = condition
    const count = constant ? numbersIn(constant).filter((holds) => holds !== 0).length : freshDim('count')
    if (axis === undefined) return { output: tensorFact(dtype, [count]) }
    return { output: tensorFact(dtype, shape?.with(normalizeAxis(axis, shape.length), count)) }
  },
  reference: ({ input, condition }, attrs) => {
    const flat = attrs.axis === undefined
    const from = flat ? withShape(input, [elementCount(input.shape)]) : input
    const axis = normalizeAxis(attrs.axis ?? 0, from.shape.length)
    const pick = Array.from(condition.data as ArrayLike<number>, (holds, i) => (holds ? i : -1)) // bool is wide as float64
      .filter((index) => index >= 0)
    const size = from.shape[axis]!
    if (pick.some((index) => index >= size)) refuseValue(`condition must be false from ${size} on`, pick)
    return { output: pickAlongAxis(from, axis, pick) }
  },
  gradient: 'rule',
  lower: { kind: 'kernel' },
})
