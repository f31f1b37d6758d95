import { wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { floats, indexInts } from './types.ts'

/**
 * sample_size class numbers per row, drawn with replacement; a row of the input holds the logarithms of the
 * probabilities of its classes, up to a constant.
 */
export const multinomial = defineOp({
  name: 'Multinomial',
  since: [7, 22],
  types: { T1: floats, T2: indexInts },
  inputs: { input: one('T1') },
  outputs: { output: one('T2') },
  attrs: { dtype: attr.int(6), seed: attr.optional.float(), sample_size: attr.int(1) },
  traits: ['random'],
  infer: ({ input }, { dtype, sample_size }, { freshDim }) => {
    const { shape } = input
    if (shape && shape.length !== 2)
      refuse('the input must have the shape [batch_size, class_size]', `rank ${shape.length}`)
    if (shape?.[1] === 0) refuse('there must be at least one class', 0)
    if (sample_size < 1) refuse('sample_size must be at least 1', sample_size)
    return {
      output: tensorFact(dtypeOfAttr('dtype', dtype, indexInts, 'int32'), [
        shape?.[0] ?? freshDim('batch'),
        sample_size,
      ]),
    }
  },
  reference: ({ input }, { dtype, seed, sample_size }, { random, checkElements }) => {
    const [rows, classes] = [input.shape[0]!, input.shape[1]!]
    checkElements(rows * sample_size)
    const output = wideZeros(dtypeOfAttr('dtype', dtype, indexInts, 'int32'), [rows, sample_size])
    const stream = random(seed)
    for (let row = 0; row < rows; row++) {
      const bounds = cumulative(Array.from(input.data.slice(row * classes, (row + 1) * classes), Number))
      for (let i = 0; i < sample_size; i++) {
        const target = stream.uniform() * bounds.at(-1)!
        const drawn = bounds.findIndex((bound) => target < bound)
        output.data[row * sample_size + i] = output.data instanceof BigInt64Array ? BigInt(drawn) : drawn
      }
    }
    return { output }
  },
  gradient: none('it gives the numbers of classes'),
  lower: { kind: 'kernel' },
})

/** Running sums of the probabilities, scaled so that the likeliest class has 1. */
function cumulative(logits: readonly number[]): number[] {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(most)) refuseValue('a row must have a finite greatest logarithm', most)
  let sum = 0
  return logits.map((logit) => {
    sum += Math.exp(logit - most)
    return sum
  })
}
