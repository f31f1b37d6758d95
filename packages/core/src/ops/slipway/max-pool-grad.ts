import { wide } from '../../base/wide.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerMaxPoolGradient } from '../lower/max-pool-grad.ts'
import { one } from '../param.ts'
import { floatsOf } from '../shared/elements.ts'
import { maxima } from '../shared/maxima.ts'
import { poolAttrs, poolFact, poolOf } from '../shared/pool.ts'
import { requireShape } from '../shared/require.ts'
import { floats } from '../types.ts'

/**
 * The gradient of a MaxPool by X, given that of its result: what a window's maximum gets from dY, the first one if there
 * are several.
 */
export const maxPoolGrad = defineOp({
  name: 'MaxPoolGrad',
  domain: 'ai.slipway',
  since: [1],
  types: { T: floats },
  inputs: { X: one('T'), dY: one('T') },
  outputs: { dX: one('T') },
  attrs: poolAttrs,
  infer: ({ X, dY }, attrs, { freshDim }) => {
    requireShape('dY', dY, poolFact(X, attrs, freshDim).shape ?? [])
    return { dX: tensorFact(X.dtype, X.shape) }
  },
  reference: ({ X, dY }, attrs, context) => {
    const gradient = floatsOf(dY)
    const dx = new Float64Array(floatsOf(X).length)
    maxima(X, poolOf(X, attrs, context)).at.forEach((place, i) => {
      if (place >= 0) dx[place] = dx[place]! + gradient[i]!
    })
    return { dX: wide(X.dtype, X.shape, dx) }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { X, dY }, attrs, { inputs }) => {
      const [, places] = b.nodes('MaxPool', [X], { ...attrs }, { outputs: 2 })
      const flat = (x: string) => b.node('Reshape', [x, b.literal('int64', [-1])])
      const zero = b.literal(inputs.X.dtype, 0)
      // A window in the padding has no maximum: its place is -1.
      const isThere = b.node('GreaterOrEqual', [places, b.literal('int64', 0)])
      const gradient = b.node('Where', [isThere, dY, zero])
      const zeros = b.node('Expand', [zero, b.node('Shape', [flat(X)])])
      const sum = b.node('ScatterElements', [zeros, flat(places!), flat(gradient)], { reduction: 'add' })
      return { dX: b.node('Reshape', [sum, b.node('Shape', [X])]) }
    },
    emit: ({ X, dY }, { dX }, attrs, context) => lowerMaxPoolGradient(X, dY, dX, attrs, context),
  },
})
