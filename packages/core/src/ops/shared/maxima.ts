/** The largest element of each window of a pool. */
import { integerRange, isFloat } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import type { WideTensor } from '../../base/wide.ts'
import { floatsOf } from './elements.ts'
import { type Pool, visitWindows } from './pool.ts'

/** Per output element the maximum and its linear index in X; -1 for a window that lies in the padding. */
export function maxima(X: WideTensor, pool: Pool): { y: Float64Array; at: Float64Array } {
  const x = floatsOf(X)
  const lowest = isFloat(X.dtype) ? Number.NEGATIVE_INFINITY : Number(integerRange(X.dtype)[0])
  const y = new Float64Array(elementCount(pool.shape)).fill(lowest)
  const at = new Float64Array(y.length).fill(-1)
  visitWindows(pool, (output, input) => {
    const value = x[input]!
    const best = y[output]!
    if (at[output] === -1 || value > best || (Number.isNaN(value) && !Number.isNaN(best))) {
      y[output] = value
      at[output] = input
    }
  })
  return { y, at }
}
