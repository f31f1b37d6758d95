import { elementCount, stridesOf } from '../base/shape.ts'
import { elementBytes } from '../kernel/move/element.ts'
import { reverseSequences } from '../kernel/move/reverse.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { unmovable } from './lower/move.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { selectElements } from './shared/movement.ts'
import { tensorsIr4 } from './types.ts'

/** Each sample of a batch with its first sequence_lens[i] elements along the time axis in reverse order. */
export const reverseSequence = defineOp({
  name: 'ReverseSequence',
  since: [10, 28],
  types: { T: tensorsIr4 },
  inputs: { input: one('T'), sequence_lens: one('int64') },
  outputs: { Y: one('T') },
  attrs: { batch_axis: attr.int(1), time_axis: attr.int(0) },
  infer: ({ input: { dtype, shape }, sequence_lens }, { batch_axis, time_axis }) => {
    const axes = [batch_axis, time_axis]
    if (batch_axis + time_axis !== 1 || axes.some((axis) => axis < 0)) {
      refuse('batch_axis and time_axis must be 0 and 1, or 1 and 0', axes)
    }
    if (shape && shape.length < 2) refuse('input must have rank 2 or more', shape.length)
    const [batch, count] = [shape?.[batch_axis], sequence_lens.shape?.[0]]
    if (typeof batch === 'number' && typeof count === 'number' && batch !== count) {
      refuse(`sequence_lens must have ${batch} elements`, count)
    }
    return { Y: tensorFact(dtype, shape) }
  },
  reference: ({ input, sequence_lens }, { batch_axis, time_axis }) => {
    const { shape } = input
    const [steps, batch] = [shape[time_axis]!, shape[batch_axis]!]
    const lengths = integersOf(sequence_lens)
    if (lengths.some((length) => length < 0 || length > steps)) {
      refuseValue(`sequence_lens must lie in [0, ${steps}]`, lengths)
    }
    const strides = stridesOf(shape)
    const [timeStep, batchStep] = [strides[time_axis]!, strides[batch_axis]!]
    const Y = selectElements(input, shape, (at) => {
      const time = Math.floor(at / timeStep) % steps
      const length = lengths[Math.floor(at / batchStep) % batch]!
      return time < length ? at + (length - 1 - 2 * time) * timeStep : at
    })
    return { Y }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ input, sequence_lens }, { Y }, { batch_axis, time_axis }, context) => {
      const bytes = elementBytes(input.dtype)
      if (!bytes) return unmovable(input)
      reverseSequences(context, {
        from: input.at,
        to: Y.at,
        lengths: sequence_lens.at,
        steps: input.shape[time_axis]!,
        batch: input.shape[batch_axis]!,
        blockBytes: bytes * elementCount(input.shape.slice(2)),
        isBatchFirst: batch_axis === 0,
      })
      return undefined
    },
  },
})
