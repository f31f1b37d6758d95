import { elementCount } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { lowerPool } from './lower/pool.ts'
import { norm1, norm2 } from './lower/poolings.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { floatsOf } from './shared/elements.ts'
import { poolAttrs, poolFact, poolOf, visitWindows } from './shared/pool.ts'
import { floats } from './types.ts'

/** The p-norm of each window, (Σ |x|^p)^(1/p). */
export const lpPool = defineOp({
  name: 'LpPool',
  since: [1, 2, 11, 18, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { ...poolAttrs, p: attr.int(2) },
  infer: ({ X }, attrs, { freshDim }) => {
    if (attrs.p < 1) refuse('p must be at least 1', attrs.p)
    return { Y: poolFact(X, attrs, freshDim) }
  },
  reference: ({ X }, attrs, context) => {
    const pool = poolOf(X, attrs, context)
    const x = floatsOf(X)
    const y = new Float64Array(elementCount(pool.shape))
    visitWindows(pool, (output, input) => {
      y[output] = y[output]! + Math.abs(x[input]!) ** attrs.p
    })
    return {
      Y: wide(
        X.dtype,
        pool.shape,
        y.map((sum) => sum ** (1 / attrs.p)),
      ),
    }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    epilogue: true,
    emit: ({ X }, { Y }, attrs, context) =>
      attrs.p > 2 ? `p ${attrs.p}` : lowerPool(attrs.p === 1 ? norm1 : norm2, X, Y, attrs, context),
  },
})
