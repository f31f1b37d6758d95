import { defineOp, none } from '../define.ts'
import { one } from '../param.ts'
import { indexInts, numbers } from '../types.ts'
import { buildWindow, cosineWindow, inferWindow, windowAttrs } from './shared/cosine-window.ts'

const coefficients = [0.5, -0.5] as const

/**
 * 0.5 - 0.5 cos(2πn/N) at the samples n, with N = size for a periodic window and size - 1 for a symmetric
 * one. A window of one sample is 1.
 */
export const hannWindow = defineOp({
  name: 'HannWindow',
  since: [17],
  types: { T1: indexInts, T2: numbers },
  inputs: { size: one('T1') },
  outputs: { output: one('T2') },
  attrs: windowAttrs,
  infer: ({ size }, attrs, context) => ({ output: inferWindow(size, attrs, context) }),
  reference: ({ size }, attrs, context) => ({ output: cosineWindow(size, attrs, coefficients, context) }),
  gradient: none('it reads nothing of floating point that its output varies with'),
  lower: {
    kind: 'decompose',
    build: (b, { size }, attrs) => {
      const output = buildWindow(b, size, attrs, coefficients)
      return output === undefined ? undefined : { output }
    },
  },
})
