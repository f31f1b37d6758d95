import { elementCount } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerLrn } from './lower/lrn.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { floatsOf } from './shared/elements.ts'
import { floats } from './types.ts'

/** X / (bias + alpha / size * Σ X²)^beta, the sum taken over `size` channels around each one. */
export const lrn = defineOp({
  name: 'LRN',
  since: [1, 13],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {
    size: attr.required.int(),
    alpha: attr.float(0.0001),
    beta: attr.float(0.75),
    bias: attr.float(1),
  },
  infer: ({ X }, { size }) => {
    if (X.shape && X.shape.length < 2) refuse('X must have a batch and a channel axis', X.shape.length)
    if (size < 1) refuse('size must be at least 1', size)
    return { Y: tensorFact(X.dtype, X.shape) }
  },
  reference: ({ X }, { size, alpha, beta, bias }) => {
    const x = floatsOf(X)
    const [channels, plane] = [X.shape[1]!, elementCount(X.shape.slice(2))]
    // An even size reaches one channel further up than down.
    const [below, above] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)]
    const y = x.map((value, i) => {
      const channel = Math.floor(i / plane) % channels
      let sum = 0
      for (let c = Math.max(0, channel - below); c <= Math.min(channels - 1, channel + above); c++) {
        sum += x[i + (c - channel) * plane]! ** 2
      }
      return value / (bias + (alpha / size) * sum) ** beta
    })
    return { Y: wide(X.dtype, X.shape, y) }
  },
  gradient: 'rule',
  lower: { kind: 'kernel', emit: ({ X }, { Y }, attrs, context) => lowerLrn(X, Y, attrs, context) },
})
