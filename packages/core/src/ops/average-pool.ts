import { elementCount } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { lowerPool } from './lower/pool.ts'
import { mean } from './lower/poolings.ts'
import { one } from './param.ts'
import { floatsOf } from './shared/elements.ts'
import { poolAttrs, poolFact, poolOf, visitWindows } from './shared/pool.ts'
import { windowCounts } from './shared/window-counts.ts'
import { floats } from './types.ts'

/**
 * The mean of each window, over the elements inside X or, with count_include_pad, inside X and its padding.
 */
export const averagePool = defineOp({
  name: 'AveragePool',
  since: [1, 7, 10, 11, 19, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { ...poolAttrs, count_include_pad: attr.int(0) },
  infer: ({ X }, attrs, { freshDim }) => ({ Y: poolFact(X, attrs, freshDim) }),
  reference: ({ X }, attrs, context) => {
    const pool = poolOf(X, attrs, context)
    const x = floatsOf(X)
    const y = new Float64Array(elementCount(pool.shape))
    visitWindows(pool, (output, input) => {
      y[output] = y[output]! + x[input]!
    })
    const counts = windowCounts(pool, attrs.count_include_pad === 1)
    // A window without any element is 0, as its sum is.
    y.forEach((sum, i) => {
      y[i] = sum / Math.max(1, counts[i % pool.outputPlane]!)
    })
    return { Y: wide(X.dtype, pool.shape, y) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    epilogue: true,
    emit: ({ X }, { Y }, attrs, context) =>
      lowerPool(mean, X, Y, attrs, context, attrs.count_include_pad === 1),
  },
})
