import type { TensorRef } from '../kernel/lower.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { elementTable, emitFill } from './lower/fill.ts'
import { emitWhole } from './lower/move.ts'
import { knownIntegers } from './lower/parts.ts'
import { maybe, one } from './param.ts'
import { refuseValue } from './refuse.ts'
import { fromNumbers } from './shared/elementwise.ts'
import { requireScalar } from './shared/require.ts'
import { float8s, floats } from './types.ts'

/**
 * In training each element is dropped with probability ratio and the others are scaled by 1 / (1 - ratio);
 * otherwise data passes unchanged. The mask is true where an element was kept.
 */
export const dropout = defineOp({
  name: 'Dropout',
  since: [1, 6, 7, 10, 12, 13, 22],
  types: { T: [...floats, ...float8s], T1: [...floats, ...float8s], T2: ['bool'] },
  inputs: { data: one('T'), ratio: maybe('T1'), training_mode: maybe('T2') },
  outputs: { output: one('T'), mask: maybe('T2') },
  attrs: { seed: attr.optional.int() },
  traits: ['random'],
  infer: ({ data, ratio, training_mode }) => {
    requireScalar('ratio', ratio)
    requireScalar('training_mode', training_mode)
    return { output: tensorFact(data.dtype, data.shape), mask: tensorFact('bool', data.shape) }
  },
  reference: ({ data, ratio, training_mode }, { seed }, { random }) => {
    const chance = Number(ratio?.data[0] ?? 0.5)
    if (!training_mode?.data[0] || chance === 0) {
      return { output: data, mask: fromNumbers('bool', data.shape, () => 1) }
    }
    if (!(chance > 0 && chance < 1)) refuseValue('ratio must lie in [0, 1)', chance)
    const stream = random(seed)
    const mask = fromNumbers('bool', data.shape, () => (stream.uniform() < chance ? 0 : 1))
    const scale = 1 / (1 - chance)
    const output = fromNumbers(data.dtype, data.shape, (i) =>
      mask.data[i] ? Number(data.data[i]) * scale : 0,
    )
    return { output, mask }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ data, training_mode }, { output, mask }, _attrs, context) => {
      if (trains(training_mode)) return 'training'
      if (mask) emitFill(elementTable(context, 'bool', 1), mask, context)
      return emitWhole(data, output, context)
    },
  },
})

/** False where it is known that nothing will be dropped. */
function trains(mode: TensorRef | undefined): boolean {
  return mode !== undefined && knownIntegers(mode)?.[0] !== 0
}
